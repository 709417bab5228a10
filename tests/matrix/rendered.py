"""A project as the real command writes it, untrusted, and what the command said of each file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..rendering import answerable, complete, questions
from .combinations import Row

# "    create  src/acme/policy.py", with "identical", "conflict" or "overwrite" where it was there.
_SAID = re.compile(r"^ +([a-z]+)  (.+)$")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Render:
    """A rendered project, and the lines `(what, path)` that Copier said about its files."""

    name: str
    row: Row
    folder: Path
    said: tuple[tuple[str, str], ...]

    @property
    def answers(self) -> dict[str, str]:
        """The answers as the project records them."""
        return yaml.safe_load((self.folder / ".copier-answers.yml").read_text("utf-8"))

    @property
    def backend(self) -> str:
        """The framework that serves it."""
        return str(self.row.get("backend", questions()["backend"]["default"]))

    @property
    def package(self) -> Path:
        """The folder of the app."""
        return self.folder / "src" / self.answers["package_name"]

    @property
    def tasks(self) -> set[str]:
        """The names of the tasks."""
        project = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))
        return set(project["tool"]["poe"]["tasks"])

    def files(self, *patterns: str) -> Iterator[Path]:
        """Yield every file of the project whose name fits one of the patterns, or all."""
        for path in paths_of(self.folder):
            if path.is_file() and any(map(path.match, patterns or ("*",))):
                yield path


def paths_of(folder: Path) -> Iterable[Path]:
    """Yield what is in a folder, to any depth, but an installed environment."""
    for path in sorted(folder.iterdir()):
        if path.name != ".venv":
            yield path
            if path.is_dir():
                yield from paths_of(path)


def rendered(name: str, row: Row, folder: Path) -> Render:
    """Run `copier copy`, without trust, with the row in a file of answers."""
    answers = folder / f"{name}.yml"
    answers.write_text(yaml.safe_dump(dict(row), allow_unicode=True), "utf-8")
    options = ["--defaults", "--vcs-ref", "HEAD", "--data-file", str(answers)]
    done = subprocess.run(
        [sys.executable, "-m", "copier", "copy", *options, str(answerable()), str(folder / name)],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return Render(name, row, complete(folder / name), tuple(_said(done.stderr)))


def _said(stderr: str) -> Iterator[tuple[str, str]]:
    for line in _COLOURS.sub("", stderr).splitlines():
        if found := _SAID.match(line):
            yield found[1], found[2]
