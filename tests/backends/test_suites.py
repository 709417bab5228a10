"""Every backend passes the project's own checks, the contract suite among them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ..product import stack
from .conftest import BACKENDS

# The default render runs the whole of `poe test` in tests/test_generated.py.
SUITES = {
    "lint": ("poe", "lint"),
    "types": ("poe", "typecheck"),
    "test": ("pytest", "src", "tests", "--ignore", "tests/test_isolation.py"),
}


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("suite", SUITES)
def test_a_project_passes_its_own_checks(
    backend: str, suite: str, projects: dict[str, Path]
) -> None:
    result = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", *SUITES[suite]],
        cwd=projects[backend],
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(result.stdout)
    assert result.returncode == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_lock_file_is_that_of_the_rendered_project(
    backend: str, projects: dict[str, Path]
) -> None:
    result = subprocess.run(["uv", "lock", "--check"], cwd=projects[backend])

    assert result.returncode == 0, "run `make locks`"
