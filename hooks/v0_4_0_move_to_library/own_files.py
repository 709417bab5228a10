"""The files that are the owner's: what they import is found again, and what is not is named."""

from __future__ import annotations

import difflib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from history import Project, shown, text_of
from imports import dead, mended
from moves import Moves

GENERATED = ("vendor/", "devstack/")


def rewrite_own_files(project: Project, moves: Moves) -> Iterator[str]:
    """Let each module of the owner's import from where things are now.

    Yields: each import line that has changed, as it was and as it is.
    """
    for name, old in _modules(project).items():
        path = Path(name)
        new = mended(old, name, moves)
        if new != old:
            path.write_bytes(new.encode())
            # Of the policy, the lines alone that a move has changed.
            if name != f"src/{project.package}/policy.py":
                _sort_imports(name)
            yield f"{name} imports from the library now:"
            yield from _difference(old, path.read_bytes().decode())


def name_dead_imports(project: Project) -> Iterator[str]:
    """Yield a sentence for each import of an owner's module that finds nothing any more."""
    for name, text in _modules(project).items():
        for line, what in dead(text, name, project.is_ours):
            yield f"{name}:{line} imports {what}, which is there no more.{_seen(project, what)}"


def name_unseen_tests(project: Project) -> Iterator[str]:
    """Yield a sentence for each test of the owner's among those that have left the project."""
    for name in _modules(project):
        is_test = name.startswith("src/") and Path(name).name.startswith("test_")
        if is_test and not project.is_of_the_template(name):
            yield f"{name} is not run any more: tests are in tests/ alone now. Move it there."


def _modules(project: Project) -> dict[str, str]:
    """Return the Python files that the owner had, as they are now: their texts by their names."""
    kept = [name for name in project.files if not name.startswith(GENERATED)]
    there = [name for name in kept if name.endswith(".py") and Path(name).is_file()]
    texts = {name: text_of(Path(name).read_bytes()) for name in there}
    return {name: text for name, text in texts.items() if text is not None}


def _sort_imports(name: str) -> None:
    # The project's own, where Copier runs as its tool: otherwise its lint asks for it.
    ruff = Path(sys.executable).with_name("ruff")
    if ruff.exists():
        subprocess.run([ruff, "check", "--quiet", "--select", "I", "--fix", name])


def _difference(old: str, new: str) -> list[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return [f"  {line[0]} {line[1:]}" for line in changed if line[1:].strip()]


def _seen(project: Project, what: str) -> str:
    """Return how to see the file of the last commit that a missing name stood in."""
    parts = what.split(".")
    for length in (len(parts), len(parts) - 1):
        path = "/".join(parts[:length])
        for name in (f"{path}.py", f"src/{path}.py", f"src/{path}/__init__.py"):
            if name in project.files:
                return f" It was in: {shown(name)}"
    return ""
