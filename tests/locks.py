"""Write `template/uv.lock.jinja`: the lock of the default render, the project's name left open."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from .rendering import REPOSITORY, render

LOCK = REPOSITORY / "template" / "uv.lock.jinja"
NAME = 'name = "acme-analytics"'
OPEN_NAME = 'name = "[= project_slug =]"'


def locked(project: Path) -> str:
    """Lock the rendered default project and return its lock as the template holds it."""
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, check=True)
    return (project / "uv.lock").read_text().replace(NAME, OPEN_NAME)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        LOCK.write_text(locked(render(Path(folder) / "project")))
        print(f"wrote {LOCK.relative_to(REPOSITORY)}")
