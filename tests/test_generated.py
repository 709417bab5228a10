"""The rendered default project passes its own checks in its own environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .product import CONTRACT, stack

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("task", ["lint", "typecheck", "test"])
def test_the_task_passes(project: Path, task: str) -> None:
    result = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "poe", task],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(result.stdout)
    assert result.returncode == 0


def test_the_contract_holds(project: Path) -> None:
    result = subprocess.run(
        CONTRACT,
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(result.stdout)
    assert result.returncode == 0


def test_the_lock_file_is_that_of_the_rendered_project(project: Path) -> None:
    result = subprocess.run(["uv", "lock", "--check"], cwd=project)

    assert result.returncode == 0, "run `make locks`"
