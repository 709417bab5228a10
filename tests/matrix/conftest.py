"""The matrix is rendered once; every check reads it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .combinations import rows
from .rendered import Render, rendered


@pytest.fixture(scope="session")
def renders(tmp_path_factory: pytest.TempPathFactory) -> list[Render]:
    """Render every row; as many at once as there are processors."""
    folder = tmp_path_factory.mktemp("matrix")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [pool.submit(rendered, f"m{n}", row, folder) for n, row in enumerate(rows())]
        return [render.result() for render in done]


@pytest.fixture(scope="session")
def environments(renders: list[Render]) -> dict[str, Path]:
    """Install, once for each backend, the packages that its projects have in common."""
    first = {render.backend: render for render in reversed(renders)}
    return {backend: _installed(render.folder) for backend, render in first.items()}


def _installed(project: Path) -> Path:
    options = ["--quiet", "--locked", "--no-active", "--no-install-project", "--all-groups"]
    subprocess.run(["uv", "sync", *options, "--project", str(project)], check=True)
    return project / ".venv"


def together(renders: Iterable[Render], *patterns: str) -> list[str]:
    """Return the files of all renders that fit a pattern, for a tool that takes many at once."""
    return [str(path) for render in renders for path in render.files(*patterns)]
