"""One stack in the role of the cloud, and the commands that its owner runs against it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..product import stack

Finding = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examination:
    """What `poe doctor` has printed, and its exit code."""

    code: int
    output: str

    @property
    def findings(self) -> list[Finding]:
        """The findings of `--json`."""
        return json.loads(self.output)["findings"]

    def sentences(self, severity: str) -> dict[str, list[str]]:
        """The sentences of one severity by check."""
        found: dict[str, list[str]] = {}
        for one in self.findings:
            if one["severity"] == severity:
                found.setdefault(one["check"], []).append(one["sentence"])
        return found


Doctor = Callable[..., Examination]


@pytest.fixture(scope="session")
def cloud(project: Path) -> Iterator[stack.Stack]:
    """The stack, with the data project of the default answers deployed and its fixtures in it."""
    with stack.running_stack(project) as running:
        yield running


@pytest.fixture(scope="session")
def doctor(project: Path, cloud: stack.Stack) -> Doctor:
    """A function that runs `poe doctor` with options and changed variables."""

    def run(*options: str, **changed: str) -> Examination:
        done = poe(project, cloud, "doctor", *options, **changed)
        return Examination(done.returncode, done.stdout)

    return run


@pytest.fixture
def datafiles(project: Path, tmp_path: Path) -> Iterator[Path]:
    """The data project, for edits; it and the list of endpoints are put back afterwards."""
    folder = project / "tinybird"
    (catalog,) = project.glob("src/*/endpoints.json")
    shutil.copytree(folder, tmp_path / "tinybird")
    listed = catalog.read_text()
    yield folder
    catalog.write_text(listed)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "tinybird", folder)


def poe(
    project: Path, cloud: stack.Stack, *arguments: str, **changed: str
) -> subprocess.CompletedProcess[str]:
    """Run a task of the render on the cloud's environment."""
    return subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "poe", "--quiet", *arguments],
        cwd=project,
        env=stack.clean_environment() | cloud.env | changed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def tb(project: Path, folder: Path, cloud: stack.Stack, *arguments: str) -> None:
    """Run the official CLI on a folder of datafiles, as a person does who edits by hand."""
    cli = project / "devstack" / ".venv" / "bin" / "tb"
    host, token = cloud.env["TINYBIRD_API_URL"], cloud.env["TINYBIRD_ADMIN_TOKEN"]
    subprocess.run(
        [cli, "--cloud", "--host", host, "--token", token, *arguments],
        cwd=folder,
        env=stack.clean_environment() | {"CI": "1", "TB_VERSION_WARNING": "0", "GIT_DIR": "/"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
