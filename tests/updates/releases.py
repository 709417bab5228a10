"""The template as people will find it: its recorded releases, then the working tree, tagged."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ..rendering import REPOSITORY
from .project import git

RELEASES: dict[str, str] = tomllib.loads((REPOSITORY / "releases.toml").read_text())["releases"]
OLDEST = next(iter(RELEASES))
# The working tree as a release, and one that changes a line of it for a test's sake.
NEXT, LATER = "1000.0.0", "1000.1.0"
LATER_LINE = ("# For coding assistants", "# For coding assistants, and for their owners")


def tagged_template(destination: Path) -> Path:
    """Clone the repository, its working tree as one commit more, and tag all releases."""
    git("clone", "--quiet", str(REPOSITORY), str(destination), cwd=destination.parent)
    for version, commit in RELEASES.items():
        git("tag", version, commit, cwd=destination)
    git("--git-dir", f"{destination}/.git", "--work-tree", ".", "add", "--all", cwd=REPOSITORY)
    _release(destination, NEXT)
    git("reset", "--quiet", "--hard", cwd=destination)
    page = destination / "template" / "AGENTS.md.jinja"
    page.write_text(page.read_text().replace(*LATER_LINE))
    git("add", "--all", cwd=destination)
    _release(destination, LATER)
    return destination


def _release(template: Path, version: str) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", version, cwd=template)
    git("tag", version, cwd=template)
