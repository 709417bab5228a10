"""Django's current release, which a project gets on a newer Python than the one of these tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ..product import installed, stack

NEWER = "3.12"


def test_a_project_on_a_newer_python_has_the_current_django_and_passes(tmp_path: Path) -> None:
    project = installed(tmp_path / "project", backend="django")

    _run(project, "uv", "sync", "--quiet", "--locked", "--python", _newer_python())

    version = _run(project, "uv", "run", "--no-sync", "python", "-m", "django", "--version")
    assert int(version.split(".")[0]) >= 6
    print(_run(project, "uv", "run", "--no-sync", "pytest", "src", "tests/contract"))


def _newer_python() -> str:
    found = _found_by_uv() or _found_by_pyenv()
    if found is None:
        subprocess.run(["uv", "python", "install", NEWER], check=True)
        found = _found_by_uv()
    assert found is not None
    return found


def _found_by_uv() -> str | None:
    command = ["uv", "python", "find", "--no-project", NEWER]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def _found_by_pyenv() -> str | None:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return next((str(path) for path in root.glob(f"versions/{NEWER}.*/bin/python")), None)


def _run(project: Path, *command: str) -> str:
    done = subprocess.run(
        [*command],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
