"""One default render, shared by every test that only reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .product import installed
from .rendering import render


@pytest.fixture(scope="session")
def default_render(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once; read it, never write to it."""
    return render(tmp_path_factory.mktemp("default") / "project")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once and install both environments."""
    return installed(tmp_path_factory.mktemp("installed") / "project")
