import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tinybird_server import SAMPLE, Server, serving

MORE = SAMPLE.parent / "more_resources"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose sample project the official CLI has built; tests leave it as it is."""
    with serving(tmp_path_factory.mktemp("built")) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server of its own with the sample project built, for a test that changes it."""
    with serving(tmp_path) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with copies, connections and sinks too; a test changes only what it says."""
    root = tmp_path_factory.mktemp("rich")
    for part in (SAMPLE, MORE):
        shutil.copytree(part, root / "tinybird", dirs_exist_ok=True)
    with serving(root) as server:
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server
