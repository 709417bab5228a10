"""The page that an owner reads, docs/updating.md of a project, and its commands as they stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ..rendering import REPOSITORY
from .project import attempt

PAGE = REPOSITORY / "template" / "docs" / "updating.md"


def blocks(chapter: str) -> list[str]:
    """Return the commands of a chapter, block by block."""
    _, _, rest = PAGE.read_text().partition(f"# {chapter}\n")
    assert rest, chapter
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", re.split(r"(?m)^#+ ", rest)[0])


def follow(
    project: Path, chapter: str, block: int = 0, **placeholders: str
) -> subprocess.CompletedProcess[str]:
    """Run one block of a chapter in a project, the words in capitals filled in.

    Copier is this repository's own: the projects here are not installed.
    """
    commands = blocks(chapter)[block].replace("uv run copier", "copier")
    for name, value in placeholders.items():
        commands = re.sub(rf"\b{name}\b", value, commands)
    return attempt(["bash", "-euo", "pipefail", "-c", commands], project)
