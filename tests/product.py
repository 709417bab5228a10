"""A rendered project, installed and running, for tests that use it as its owner would."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from roost.testing import stack as stack

from .rendering import REPOSITORY, render

# What is the same for every backend, over HTTP: run in a project's folder.
CONTRACT_TESTS = (
    *("-p", "roost.testing.fixtures"),
    *("--rootdir", str(REPOSITORY), str(REPOSITORY / "tests" / "contract")),
)
CONTRACT = (sys.executable, "-m", "pytest", *CONTRACT_TESTS)


def installed(destination: Path, **answers: object) -> Path:
    """Render a project and install the app and the devstack, each in its own environment."""
    project = render(destination, **answers)
    for folder in (project, project / "devstack"):
        subprocess.run(
            ["uv", "sync", "--quiet", "--locked", "--no-active", "--project", str(folder)],
            check=True,
        )
        # Set where this process is measured: tests/coverage.py.
        if "COVERAGE_PROCESS_CONFIG" in os.environ:
            with_coverage(folder / ".venv")
    return project


def with_page(project: Path) -> Path:
    """Build the page in React of an installed project, as its owner does."""
    subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "poe", "--quiet", "frontend"],
        cwd=project,
        env=stack.clean_environment(),
        check=True,
    )
    return project


def with_coverage(environment: Path) -> Path:
    """Install coverage into a virtual environment; return its Python."""
    python = environment / "bin" / "python"
    wanted = f"coverage=={version('coverage')}"
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, wanted], check=True)
    return python
