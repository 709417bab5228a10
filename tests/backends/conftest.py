"""A render of every backend, all of them served on one stack."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..product import installed, stack
from ..rendering import choices

BACKENDS = choices("backend")


@pytest.fixture(scope="session")
def projects(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render and install every backend; the default one is the project that all tests share."""
    folder = tmp_path_factory.mktemp("backends")
    others = {name: installed(folder / name, backend=name) for name in BACKENDS[1:]}
    return {BACKENDS[0]: project, **others}


@pytest.fixture(scope="session")
def local(project: Path) -> Iterator[stack.Stack]:
    """One Tinybird and one Clerk for all of them."""
    with stack.running_stack(project) as local:
        yield local


@pytest.fixture(scope="session")
def urls(projects: dict[str, Path], local: stack.Stack) -> Iterator[dict[str, str]]:
    """Serve every backend beside the others; return the URL of each."""
    with contextlib.ExitStack() as running:
        yield {
            name: running.enter_context(
                stack.running_app(local.env | {"PORT": str(stack.free_port())}, project)
            )
            for name, project in projects.items()
        }
