"""Fill five sizes, ask the same tenant's endpoints of all in turns, write results.md."""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.product import installed

from .. import machine
from ..report import table
from .filling import DAYS, ITS_ROWS
from .served import Project, Size, tinybird

RESULTS = Path(__file__).with_name("results.md")
MILLION = 1_000_000
# What is compared with the smallest of each: more tenants in as many rows, more rows of as many.
BY_TENANTS = [Size(10, 10 * MILLION), Size(1_000, 10 * MILLION), Size(10_000, 10 * MILLION)]
BY_ROWS = [Size(1_000, 1 * MILLION), Size(1_000, 10 * MILLION), Size(1_000, 50 * MILLION)]
SIZES = list(dict.fromkeys([*BY_TENANTS, *BY_ROWS]))
FLAT = 1.3
# A read of fewer milliseconds is the server's own work: its ratio says nothing of the rows.
ENDPOINTS: dict[str, dict[str, str]] = {
    "events_over_time": {},
    "top_events": {},
    "active_users": {},
    "totals": {},
    "retention": {},
    "recent_events": {},
    "funnel": {"steps": "page_view,report_opened,plan_upgraded"},
    "my_activity": {},
}
FIXED = {"my_activity": {"user_id": "user_7"}}


@dataclass(slots=True)
class Reads:
    """What one endpoint took on one size: milliseconds of each request, and rows read."""

    took_ms: list[float] = field(default_factory=list)
    rows_read: int = 0

    @property
    def median_ms(self) -> float:
        """The median of all requests."""
        return statistics.median(self.took_ms)


Measured = dict[tuple[Size, str], Reads]


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="requests of each endpoint and size")
    parser.add_argument("--share", type=float, default=1.0, help="of the rows, to try the bench")
    options = parser.parse_args()
    load = machine.load()
    with tempfile.TemporaryDirectory() as folder:
        _tell("rendering a project")
        project = Project(installed(Path(folder) / "project"))
        measured = _measure(project, Path(folder), options.rounds, options.share)
    text = _written(measured, load, options.rounds)
    print(text)
    if options.share == 1:
        RESULTS.write_text(text)


def _measure(project: Project, folder: Path, rounds: int, share: float) -> Measured:
    for number, size in enumerate(SIZES):
        _tell(f"filling {size.name}")
        with tinybird(project, folder / str(number)) as port:
            project.run("tb", "build", port=port)
        project.fill(folder / str(number), Size(size.tenants, int(size.rows * share)))
    with contextlib.ExitStack() as running:
        ports = {
            size: running.enter_context(tinybird(project, folder / str(number)))
            for number, size in enumerate(SIZES)
        }
        clients = {
            size: running.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}"))
            for size, port in ports.items()
        }
        _tell("asking")
        return _ask(project, clients, rounds)


def _ask(project: Project, clients: Mapping[Size, httpx2.Client], rounds: int) -> Measured:
    tokens = {name: project.token(name, FIXED.get(name, {})) for name in ENDPOINTS}
    measured: Measured = {(size, name): Reads() for size in SIZES for name in ENDPOINTS}
    # The first rounds open files and fill caches.
    for number in range(-3, rounds):
        for name, params in ENDPOINTS.items():
            for size, client in clients.items():
                took_ms, rows_read = _read(client, name, params, tokens[name])
                if number >= 0:
                    measured[size, name].took_ms.append(took_ms)
                    measured[size, name].rows_read = rows_read
    return measured


def _read(
    client: httpx2.Client, name: str, params: dict[str, str], token: str
) -> tuple[float, int]:
    since = time.perf_counter()
    answer = client.get(
        f"/v0/pipes/{name}.json", params=params, headers={"Authorization": f"Bearer {token}"}
    )
    took_ms = (time.perf_counter() - since) * 1000
    body = answer.raise_for_status().json()
    assert body["rows"] > 0, f"{name} answered no row"
    return took_ms, body["statistics"]["rows_read"]


def _written(measured: Measured, load: str, rounds: int) -> str:
    lines = [
        "# How a tenant's endpoints answer as tenants and rows grow",
        "",
        "Written by `make bench-scaling`; a project's docs/scaling.md says what follows from it.",
        "",
        *machine.place(load),
        f"A tenant with {ITS_ROWS:,} of the rows, spread over {DAYS} days, asks for all of them;",
        "all parts are merged. "
        f"Medians of {rounds} requests over HTTP, all sizes in turns; rows as Tinybird counts.",
        "",
        f"## More tenants: {BY_TENANTS[0].rows // MILLION} million rows",
        "",
        *_table(measured, BY_TENANTS, [f"{size.tenants:,} tenants" for size in BY_TENANTS]),
        "",
        f"## More rows: {BY_ROWS[0].tenants:,} tenants",
        "",
        *_table(measured, BY_ROWS, [f"{size.rows // MILLION} million" for size in BY_ROWS]),
        "",
        "## Goals",
        "",
        *_verdicts(measured, "tenants", BY_TENANTS),
        *_verdicts(measured, "rows", BY_ROWS),
    ]
    return "\n".join(lines) + "\n"


def _table(measured: Measured, sizes: Sequence[Size], heads: Sequence[str]) -> list[str]:
    rows = [
        [
            name,
            *(f"{measured[size, name].median_ms:.1f} ms" for size in sizes),
            *(f"{measured[size, name].rows_read:,}" for size in sizes),
        ]
        for name in ENDPOINTS
    ]
    return table(["endpoint", *heads, *(f"rows read, {head}" for head in heads)], rows)


def _verdicts(measured: Measured, what: str, sizes: Sequence[Size]) -> list[str]:
    first = sizes[0]
    return [
        _verdict(f"{what}: {figure} flat within {FLAT}", _worst(ratios))
        for figure, ratios in (
            (
                "latency",
                {
                    f"{name}, {size.name}": measured[size, name].median_ms
                    / measured[first, name].median_ms
                    for size in sizes[1:]
                    for name in ENDPOINTS
                },
            ),
            (
                "rows read",
                {
                    f"{name}, {size.name}": measured[size, name].rows_read
                    / measured[first, name].rows_read
                    for size in sizes[1:]
                    for name in ENDPOINTS
                },
            ),
        )
    ]


def _worst(ratios: Mapping[str, float]) -> tuple[str, float]:
    return max(ratios.items(), key=lambda item: item[1])


def _verdict(goal: str, worst: tuple[str, float]) -> str:
    return f"- {'met' if worst[1] <= FLAT else 'MISSED'}: {goal}: {worst[1]:.2f} ({worst[0]})"


def _tell(what: str) -> None:
    print(f"bench: {what} ...", file=sys.stderr)


if __name__ == "__main__":
    main()
