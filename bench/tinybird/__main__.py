"""Measure the embedded Tinybird beside chDB, print the tables, write results.md."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .. import machine
from . import reading, report, starting, writing
from .plain import plain_engine
from .projects import write_measured
from .server import DEVSTACK, serving

RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    """Measure everything once."""
    options = _parser().parse_args()
    subprocess.run(["uv", "sync", "--quiet", "--project", DEVSTACK, "--group", "test"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        text = _measure(Path(folder), options.rounds)
    print(text)
    RESULTS.write_text(text)


def _measure(folder: Path, rounds: int) -> str:
    load = machine.load()
    _tell("start and build")
    started = starting.measure(max(2, rounds // 6))
    write_measured(folder)
    _tell("events")
    with serving(folder) as server, plain_engine(folder / "plain") as plain:
        server.tb("build")
        written = writing.measure(server, plain, 2 * rounds)
    # Both read the very same parts, each its own copy.
    shutil.copytree(server.engine_directory, folder / "copy", symlinks=True)
    with serving(folder) as server, plain_engine(folder / "copy") as plain:
        _tell("endpoints")
        readings = reading.measure(server, plain, rounds)
        _tell("many clients")
        crowd = reading.crowd(server, max(2, rounds // 4))
    lines = [
        "# Results",
        "",
        "Written by `make bench-tinybird`; ../README.md says how to read it.",
        "",
        *machine.place(load),
        "",
        "## An endpoint, asked with a tenant's JWT",
        "",
        *report.reading_table(readings),
        "",
        f"## {reading.CROWDED}, asked by many at once",
        "",
        *report.crowd_table(crowd),
        "",
        "## POST /v0/events?wait=true",
        "",
        *report.writing_table(written),
        "",
        "## From nothing to a built project of 50 resources",
        "",
        *report.starting_table(started),
        "",
        "## Goals",
        "",
        *report.verdicts(readings, written, started, crowd),
    ]
    return "\n".join(lines) + "\n"


def _tell(what: str) -> None:
    print(f"bench: {what} ...", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.tinybird", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of each measurement: 2 at least")
    return parser


if __name__ == "__main__":
    main()
