"""The template as people will find it: its recorded releases, then the working tree, tagged."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from roost.vendored import MANIFEST, manifest

from ..rendering import REPOSITORY
from .project import git

RELEASES: dict[str, str] = tomllib.loads((REPOSITORY / "releases.toml").read_text())["releases"]
OLDEST, NEWEST = next(iter(RELEASES)), next(reversed(RELEASES))
# The working tree as a release, and two that change lines of it for a test's sake.
NEXT, BETWEEN, LATER = "1000.0.0", "1000.0.5", "1000.1.0"
LATER_LINE = ("# For coding assistants", "# For coding assistants, and for their owners")
README_LINE = ("it, and how to change an answer.", "it, and how an answer is changed.")
# Below it, an update crosses a migration.
MOVED_IN = (0, 4, 0)
# The frameworks that a project could start with.
BACKENDS = ("fastapi", "flask", "django", "litestar")
LIBRARY = "vendor/roost"
# A line of the library that both these releases change.
# What is left are the library's version and its list of files.
MODULES = ("template/devstack/src", f":(glob)template/{LIBRARY}/src/roost/*/**")
VERSION_LINE = '__version__ = "{}"'


def starts() -> list[tuple[str, str]]:
    """Return each release with each of the frameworks that it offered."""
    first, *later = RELEASES
    return [(first, BACKENDS[0]), *((version, each) for version in later for each in BACKENDS)]


def chosen() -> list[tuple[str, str]]:
    """Return a framework for each release, by turns: each of both at least once."""
    first, *later = RELEASES
    turns = (*BACKENDS[1:], BACKENDS[0]) * len(later)
    return [(first, BACKENDS[0]), *zip(later, turns, strict=False)]


def crosses_a_move(version: str) -> bool:
    """Tell whether an update from a release needs --trust."""
    return tuple(map(int, version.split("."))) < MOVED_IN


def tagged_template(destination: Path, *, is_small: bool = False) -> Path:
    """Clone the repository, its working tree as one commit more, and tag all releases.

    Args: is_small: whether that commit lacks most modules of the library and the devstack.
    """
    git("clone", "--quiet", str(REPOSITORY), str(destination), cwd=destination.parent)
    for version, commit in RELEASES.items():
        git("tag", version, commit, cwd=destination)
    git("--git-dir", f"{destination}/.git", "--work-tree", ".", "add", "--all", cwd=REPOSITORY)
    if is_small:
        git("rm", "-r", "--quiet", "--cached", *MODULES, cwd=destination)
    _release(destination, NEXT)
    git("reset", "--quiet", "--hard", cwd=destination)
    git("clean", "--quiet", "-d", "--force", cwd=destination)
    _release_library(destination, BETWEEN)
    for page, change in (("AGENTS.md.jinja", LATER_LINE), ("README.md.jinja", README_LINE)):
        _replace(destination / "template" / page, *change)
    _release_library(destination, LATER)
    return destination


def _release_library(template: Path, version: str) -> None:
    library = template / "template" / LIBRARY
    module = library / "src" / "roost" / "__init__.py"
    line = VERSION_LINE.format(version)
    module.write_text(re.sub(VERSION_LINE.format(".*"), line, module.read_text()))
    (library / MANIFEST).write_text(manifest(library))
    git("add", "--all", cwd=template)
    _release(template, version)


def _replace(path: Path, found: str, written: str) -> None:
    assert path.read_text().count(found) == 1, f"{path}: {found}"
    path.write_text(path.read_text().replace(found, written))


def _release(template: Path, version: str) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", version, cwd=template)
    git("tag", version, cwd=template)
