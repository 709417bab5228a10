"""chDB without the server around it: the side that a figure is compared with."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from .projects import COLUMNS, SORTING_KEY
from .server import python

# What the server sends with every query too; one thread, for a stable order of ties.
SETTINGS = "SETTINGS max_threads = 1, output_format_json_quote_64bit_integers = 0"


@dataclass(frozen=True, slots=True)
class Plain:
    """A process with one chDB connection."""

    process: subprocess.Popen[str]

    def read_s(self, sql: str) -> float:
        """Run a SELECT to its JSON and return the seconds that it took there."""
        return self._run(f"{sql} FORMAT JSON {SETTINGS}", "JSON")

    def insert_s(self, rows: bytes) -> float:
        """Insert NDJSON as ClickHouse's own reader takes it and return the seconds."""
        head = "INSERT INTO events SETTINGS date_time_input_format = 'best_effort'"
        return self._run(f"{head} FORMAT JSONEachRow\n{rows.decode()}", "Null")

    def make_table(self) -> None:
        """Make the table of the measured project."""
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        engine = f"ENGINE = MergeTree ORDER BY ({SORTING_KEY})"
        self._run(f"CREATE TABLE events ({columns}) {engine}", "Null")

    def _run(self, sql: str, output_format: str) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = json.dumps({"sql": sql, "format": output_format})
        print(asked, file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["seconds"]


@contextlib.contextmanager
def plain_engine(directory: Path) -> Generator[Plain]:
    """Open a directory of chDB, a new one or a copy of the server's."""
    process = subprocess.Popen(
        [python(), str(Path(__file__).with_name("plain_engine.py")), str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield Plain(process)
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()
