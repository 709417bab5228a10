"""The Python of every render, by the tools that its owner runs."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import together
from .rendered import Render


def test_every_python_file_compiles(renders: list[Render]) -> None:
    sources = {Path(name).read_bytes(): name for name in together(renders, "*.py")}

    for source, name in sources.items():
        compile(source, name, "exec", dont_inherit=True)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_ruff_has_nothing_to_say(renders: list[Render], command: list[str]) -> None:
    # A folder is read with the configuration that stands in it.
    folders = [str(render.folder) for render in renders]
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", *folders]

    done = subprocess.run(ruff, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_ty_has_nothing_to_say(renders: list[Render], environments: dict[str, Path]) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda render: _ty(render.folder, environments[render.backend]), renders)

    for result in done:
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_lock_file_is_that_of_the_project(renders: list[Render]) -> None:
    for render in renders:
        command = ["uv", "lock", "--check", "--quiet", "--project", str(render.folder)]

        assert subprocess.run(command).returncode == 0, f"{render.row}: run `make locks`"


def _ty(project: Path, environment: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ty", "check", "--python", str(environment)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)
