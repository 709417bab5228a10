"""Write the generated project's lock files, one for each backend, the project's name left open."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from .rendering import REPOSITORY, choices, render

NAME = 'name = "acme-analytics"'
OPEN_NAME = 'name = "[= project_slug =]"'
# Without a dashboard nothing is built for it.
GROUPS = 'default-groups = ["assets", "dev"]\n'
OPEN_GROUPS = f"[% if frontend == 'dashboard' %]{GROUPS}[% endif %]"


def lock_of(backend: str) -> Path:
    """Return the template's lock file for a backend."""
    name = f"[% if backend == '{backend}' %]uv.lock[% endif %].jinja"
    return REPOSITORY / "template" / name


def locked(project: Path) -> str:
    """Lock a rendered default project and return its lock as the template holds it."""
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, check=True)
    text = (project / "uv.lock").read_text()
    return text.replace(NAME, OPEN_NAME).replace(GROUPS, OPEN_GROUPS)


def write_locks() -> None:
    """Lock every backend, starting from the versions that are locked now."""
    for backend in choices("backend"):
        with tempfile.TemporaryDirectory() as folder:
            path = lock_of(backend)
            path.write_text(locked(render(Path(folder) / "project", backend=backend)))
            print(f"wrote {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    write_locks()
