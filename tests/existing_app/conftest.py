"""One host for each framework, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ..browser.conftest import chromium
from ..turns import by_turns
from .host import NEEDS, Host, with_library


@pytest.fixture(scope="package")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where uv puts the devstack, which all hosts share."""
    return tmp_path_factory.mktemp("tools")


@pytest.fixture(scope="package", params=by_turns(list(NEEDS), always=["fastapi"]))
def host(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tools: Path,
    default_render: Path,
) -> Iterator[Host]:
    """Somebody's project of one framework, with the library from its folder, running.

    It has a rendered project's dashboard as well.
    """
    folder = tmp_path_factory.mktemp("hosts") / request.param
    host = with_library(request.param, "folder", folder, tools)
    (dashboard,) = default_render.glob("src/*/dashboard")
    shutil.copytree(dashboard, host.app_folder / "dashboard")
    with host.running():
        yield host


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    with chromium() as browser:
        yield browser
