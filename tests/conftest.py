"""One default render, shared by every test that only reads it; and who runs beside whom."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .interpreters import missing
from .product import installed
from .rendering import REPOSITORY, render

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
    for name in ("copier.yml", "questions", "tinybird"):
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
        copy(REPOSITORY / name, root / name)
    template = REPOSITORY / "template"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=template, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(lambda name: name.endswith(".jinja"), names.split("\0")):
        (root / "template" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(template / name, root / "template" / name)
    return root


def pytest_report_header() -> list[str]:
    """Say which Pythons no suite is run with."""
    ours = platform.python_version()
    return [f"no Python {version} here: its suites run on {ours}" for version in missing()]


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
