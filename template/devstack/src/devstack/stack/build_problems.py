"""What the official CLI says of a data project that does not build, a line for each problem."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..tinybird.project.problems import parted

_FAILED = "✗"


def build_problems(printed: str, data_project: Path) -> str:
    """Return `file:line: why` for each problem, or all that was printed if it names no file."""
    found = [_problem(*entry) for entry in _entries(printed, data_project)]
    return "\n".join(found) or printed.strip()


def _entries(printed: str, data_project: Path) -> Iterator[tuple[Path, list[str]]]:
    # The path of a file on a line of its own, then why it cannot be built.
    file, why = None, []
    for line in printed.splitlines():
        named = data_project / line.strip()
        is_file = bool(line.strip()) and named.is_file()
        if file and (is_file or line.startswith(_FAILED)):
            yield file, why
            file = None
        if is_file:
            file, why = named, []
        elif line.strip():
            why.append(line.rstrip())


def _problem(file: Path, why: list[str]) -> str:
    line, sentence = parted("\n".join(why))
    place = os.path.relpath(file)
    return f"{place}:{line}: {sentence}" if line else f"{place}: {sentence}"
