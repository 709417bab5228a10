"""Ask one tenant's endpoints beside a small and beside a large neighbour; write results.md.

The tenant has the same rows in all. Measured and reported, never a gate: whoever shares a machine
shares its time.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
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
from ..scaling.__main__ import ENDPOINTS, FIXED
from ..scaling.filling import ITS_ROWS
from ..scaling.served import Project, Size, tinybird

RESULTS = Path(__file__).with_name("results.md")
# One neighbour, beside a tenant with ITS_ROWS. The first size is there twice: what two servers with
# the same rows differ by is no neighbour's doing.
SIZES = {
    "small": Size(1, 50_000),
    "small again": Size(1, 50_000),
    "large": Size(1, 2_000_000),
}


@dataclass(slots=True)
class Reads:
    """What one endpoint took beside one neighbour: milliseconds, and what its answer says."""

    took_ms: list[float] = field(default_factory=list)
    rows_read: int = 0


Measured = Mapping[tuple[str, str], Reads]


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(prog="python -m bench.neighbours", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=100, help="requests of each endpoint and size"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the rows, to try the bench")
    options = parser.parse_args()
    load = machine.load()
    with tempfile.TemporaryDirectory() as folder:
        measured = _measure(Path(folder), options.rounds, options.share)
    text = _written(measured, load, options.rounds)
    print(text)
    if options.share == 1:
        RESULTS.write_text(text)


def _measure(folder: Path, rounds: int, share: float) -> Measured:
    _tell("rendering a project")
    project = Project(installed(folder / "project"))
    with contextlib.ExitStack() as running:
        clients = {}
        for name, size in SIZES.items():
            _tell(f"filling: {name}")
            directory = folder / name.replace(" ", "-")
            with tinybird(project, directory) as port:
                project.run("tb", "build", port=port)
            project.fill(directory, Size(size.tenants, int(size.rows * share)))
            port = running.enter_context(tinybird(project, directory))
            client = httpx2.Client(base_url=f"http://127.0.0.1:{port}")
            clients[name] = running.enter_context(client)
        _tell("asking")
        return _ask(project, clients, rounds)


def _ask(project: Project, clients: Mapping[str, httpx2.Client], rounds: int) -> Measured:
    tokens = {name: project.token(name, FIXED.get(name, {})) for name in ENDPOINTS}
    measured = {(size, name): Reads() for size in clients for name in ENDPOINTS}
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
    headers = {"Authorization": f"Bearer {token}"}
    since = time.perf_counter()
    answer = client.get(f"/v0/pipes/{name}.json", params=params, headers=headers)
    took_ms = (time.perf_counter() - since) * 1000
    return took_ms, answer.raise_for_status().json()["statistics"]["rows_read"]


def _written(measured: Measured, load: str, rounds: int) -> str:
    lines = [
        "# What the time of an answer tells of a neighbour",
        "",
        "Written by `make bench-neighbours`; docs/security.md of a project says what follows.",
        "",
        *machine.place(load),
        f"A tenant with {ITS_ROWS:,} rows beside one neighbour, who has "
        f"{SIZES['small'].rows - ITS_ROWS:,} rows or {SIZES['large'].rows - ITS_ROWS:,};",
        f"asked of the service itself, {rounds} requests each, in turns. *Told*: of two requests,",
        "one beside each, how often the slower one is beside the large neighbour; 50 % is a guess.",
        "*Guess*: the same of two servers whose neighbours are equally small.",
        "",
        *table(
            [
                "endpoint",
                "beside the small one",
                "beside the large one",
                "told",
                "guess",
                "rows read (what `statistics` says)",
            ],
            [_row(measured, name) for name in ENDPOINTS],
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(measured: Measured, name: str) -> list[str]:
    small, again, large = (measured[size, name] for size in SIZES)
    return [
        name,
        f"{statistics.median(small.took_ms):.2f} ms",
        f"{statistics.median(large.took_ms):.2f} ms",
        f"{_slower(small.took_ms, large.took_ms):.0%}",
        f"{_slower(small.took_ms, again.took_ms):.0%}",
        f"{small.rows_read:,} / {large.rows_read:,}",
    ]


def _slower(first: Sequence[float], second: Sequence[float]) -> float:
    return statistics.fmean(one < other for one, other in itertools.product(first, second))


def _tell(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
