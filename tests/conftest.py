"""One default render, shared by every test that only reads it; and who runs beside whom."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .interpreters import missing
from .product import installed
from .rendering import REPOSITORY, copy_listed, render
from .turns import turn

# They are started in a rendered project: see contract/conftest.py.
collect_ignore = [] if any(Path().glob("src/*/product.json")) else ["contract"]

# Folders whose files are as well tested apart.
SHARES_LITTLE = {"tests", "updates"}
# Modules whose tests each render a project of their own.
SHARES_NOTHING = {
    "test_production.py",
    "test_suites.py",
    "test_untouched.py",
}


@pytest.fixture(scope="session")
def default_render(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once; read it, never write to it."""
    return render(tmp_path_factory.mktemp("default") / "project")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the default answers once and install both environments."""
    return installed(tmp_path_factory.mktemp("installed") / "project")


@pytest.fixture(scope="session")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, with those files alone in which an answer can stand."""
    root = tmp_path_factory.mktemp("answering")
    changing = ("copier.yml", "questions", "tinybird", ":(glob)template/**/*.jinja")
    copy_listed(REPOSITORY, root, *changing)
    return root


def pytest_report_header() -> list[str]:
    """Say which Pythons no suite is run with, and what decides which of many are tried."""
    ours = platform.python_version()
    absent = [f"no Python {version} here: its suites run on {ours}" for version in missing()]
    return [*absent, f"turn {turn()} of what is tried by turns"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes long begin first."""
    items.sort(key=lambda item: "slow" not in item.keywords)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Give each worker whole folders, because the tests of one share what they have started."""
    return ByFolder(config, log)


class ByFolder(LoadScopeScheduling):
    """Hands out folders, or their files, or tests, by how much they share."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        if path.name in SHARES_NOTHING:
            return nodeid
        return str(path if path.parent.name in SHARES_LITTLE else path.parent)
