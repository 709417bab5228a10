"""One installed project in a git repository, which a test may edit: it is put back afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from ..product import installed


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once, install them, and commit them."""
    project = installed(tmp_path_factory.mktemp("owner") / "project")
    git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "add", "--all")
    git(project, "-c", "user.name=o", "-c", "user.email=o@example.com", "commit", "-qm", "Start")
    return project


@pytest.fixture
def work(repository: Path) -> Generator[Path]:
    """Lend the project for edits."""
    yield repository
    git(repository, "reset", "--quiet", "--hard")
    git(repository, "clean", "--quiet", "-d", "--force")


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
