"""One tagged clone of the template, and each start of a project rendered once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .project import create
from .releases import tagged_template

Start = Callable[..., Path]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tag a clone; a test that moves it moves a copy."""
    return tagged_template(tmp_path_factory.mktemp("releases") / "template")


@pytest.fixture(scope="session")
def started(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Return a function that gives a fresh copy of a committed project of a release."""
    return _starting(template, tmp_path_factory)


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tag a clone whose next releases have few modules: Copier takes most of its time for them."""
    return tagged_template(tmp_path_factory.mktemp("small") / "template", is_small=True)


@pytest.fixture(scope="session")
def started_small(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """As `started`, for what is decided by Copier and not by what is in the project."""
    return _starting(small_template, tmp_path_factory)


def _starting(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    renders: dict[tuple[object, ...], Path] = {}

    def start(version: str, **answers: str) -> Path:
        key = (version, *sorted(answers.items()))
        if key not in renders:
            folder = tmp_path_factory.mktemp("start")
            renders[key] = create(folder / "project", template, version, answers)
        copy = tmp_path_factory.mktemp("copy") / "project"
        return shutil.copytree(renders[key], copy, symlinks=True)

    return start
