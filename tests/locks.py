"""Write lock files anew: the generated project's, one for each backend, and with --renew every one.

A renewal takes the newest release of everything that the pins allow. A pin that is meant to hold
has its reason beside it, in the pyproject.toml or package.json that names it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .rendering import REPOSITORY, choices, render

NAME = 'name = "acme-analytics"'
OPEN_NAME = 'name = "[= project_slug =]"'
# Without charts nothing is built that draws them.
GROUPS = 'default-groups = ["assets", "dev"]\n'
OPEN_GROUPS = f"[% if frontend != 'none' %]{GROUPS}[% endif %]"
RENEW = "--renew"


def lock_of(backend: str) -> Path:
    """Return the template's lock file for a backend."""
    name = f"[% if backend == '{backend}' %]uv.lock[% endif %].jinja"
    return REPOSITORY / "template" / name


def locked(project: Path, *, renewed: bool = False) -> str:
    """Lock a rendered default project and return its lock as the template holds it."""
    _lock(project, renewed=renewed)
    text = (project / "uv.lock").read_text()
    return text.replace(NAME, OPEN_NAME).replace(GROUPS, OPEN_GROUPS)


def write_locks(*, renewed: bool = False) -> None:
    """Lock every backend, from the versions that are locked now unless they are `renewed`."""
    for backend in choices("backend"):
        with tempfile.TemporaryDirectory() as folder:
            path = lock_of(backend)
            project = render(Path(folder) / "project", backend=backend)
            path.write_text(locked(project, renewed=renewed))
            print(f"wrote {path.relative_to(REPOSITORY)}")


def plain_locks(name: str) -> list[Path]:
    """Return the folders of this repository that have a lock file called `name`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", f":(glob)**/{name}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted((REPOSITORY / path).parent for path in listed.stdout.split("\0") if path)


def renew_locks() -> None:
    """Take the newest releases into every lock file of this repository."""
    for folder in plain_locks("uv.lock"):
        _lock(folder, renewed=True)
        print(f"wrote {(folder / 'uv.lock').relative_to(REPOSITORY)}")
    for folder in plain_locks("package-lock.json"):
        command = ["npm", "update", "--package-lock-only", "--ignore-scripts", "--no-audit"]
        subprocess.run([*command, "--no-fund", "--silent"], cwd=folder, check=True)
        print(f"wrote {(folder / 'package-lock.json').relative_to(REPOSITORY)}")
    write_locks(renewed=True)


def _lock(folder: Path, *, renewed: bool) -> None:
    newest = ["--upgrade"] if renewed else []
    subprocess.run(["uv", "lock", "--quiet", *newest], cwd=folder, check=True)


if __name__ == "__main__":
    if RENEW in sys.argv[1:]:
        renew_locks()
    else:
        write_locks()
