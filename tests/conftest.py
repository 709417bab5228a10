"""One default render, shared by every test that only reads it; and who runs beside whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from .product import installed
from .rendering import render

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def default_render(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once; read it, never write to it."""
    return render(tmp_path_factory.mktemp("default") / "project")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once and install both environments."""
    return installed(tmp_path_factory.mktemp("installed") / "project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a folder share one worker, and what takes long begin first."""
    items.sort(key=lambda item: "slow" not in item.keywords)
    for item in items:
        # The nearest mark counts: a module that says its own group has it.
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(TESTS).parts[0]))
