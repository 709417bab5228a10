"""Both packages are whole, and run where this repository is not."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ..existing_app.host import Host, with_library
from ..product import stack
from ..rendering import REPOSITORY

pytestmark = pytest.mark.slow

LIBRARY = REPOSITORY / "template" / "vendor" / "roost"
DEVSTACK = REPOSITORY / "template" / "devstack"
SAMPLE = REPOSITORY / "tests" / "devstack" / "tinybird" / "sample_project"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both sdists, and the wheels that were made of them."""
    folder = tmp_path_factory.mktemp("dist")
    for project in (LIBRARY, DEVSTACK):
        command = ["uv", "build", "--quiet", "--out-dir", str(folder), str(project)]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A FastAPI app with both wheels, running; nothing tells it where this repository is."""
    made = with_library(
        "fastapi",
        "wheel",
        tmp_path_factory.mktemp("host") / "app",
        tmp_path_factory.mktemp("tools"),
    )
    host = dataclasses.replace(made, env=made.env | {"ROOST": "/nowhere"})
    with host.running():
        yield host


@pytest.mark.parametrize(
    ("name", "source", "package"),
    [
        ("roost-0+vendored", LIBRARY, "roost"),
        ("roost_devstack-0+vendored", DEVSTACK, "devstack"),
    ],
)
def test_a_package_holds_every_file_of_its_project(
    built: Path, name: str, source: Path, package: str
) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src"],
        cwd=source,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()
    files = {file.removeprefix("src/") for file in listed if (source / file).exists()}

    with zipfile.ZipFile(built / f"{name}-py3-none-any.whl") as wheel:
        in_wheel = {entry for entry in wheel.namelist() if entry.startswith(f"{package}/")}
    with tarfile.open(built / f"{name}.tar.gz") as sdist:
        in_sdist = set(sdist.getnames())

    assert {entry for entry in in_wheel if not entry.endswith("/")} == files
    assert {f"{name}/{file}" for file in listed} <= in_sdist
    assert f"{name}/README.md" in in_sdist


def test_the_environments_hold_wheels_and_no_folder_of_this_repository(host: Host) -> None:
    installed = host.run("uv pip freeze").splitlines()
    tool = host.run('uv pip freeze --python "$UV_TOOL_DIR/roost-devstack"').splitlines()

    assert "roost==0+vendored" in installed
    assert "roost-devstack==0+vendored" in tool
    assert not [line for line in installed + tool if "file:" in line]


def test_a_mounted_app_serves_a_session(host: Host) -> None:
    token = host.session_token("user_local_ada", "org_local_acme")

    read = httpx2.get(
        f"{host.url}/analytics/api/analytics/top_events?limit=1",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        verify=stack.NO_AUTHORITIES,
    )

    assert read.status_code == 200
    assert [column["name"] for column in read.json()["meta"]] == ["event", "events", "users"]


def test_the_official_cli_builds_the_data_project_on_the_installed_devstack(host: Host) -> None:
    pipe = host.folder / "tinybird" / "endpoints" / "greeting.pipe"
    pipe.write_text("NODE hello\nSQL >\n    SELECT 'hello' AS greeting\n\nTYPE endpoint\n")

    # `devstack dev` may build it first: it watches the folder.
    host.run("devstack tb --local build")
    answer = host.run("devstack tb --local endpoint data greeting --format json")

    assert '"greeting":"hello"' in answer.replace(" ", "")


def test_the_wheel_brings_fixtures_to_pytest_and_a_command_of_its_own_name(
    built: Path, tmp_path: Path
) -> None:
    project = shutil.copytree(SAMPLE, tmp_path / "theirs" / "tinybird").parent
    (project / "test_project.py").write_text(FOREIGN_TEST)
    wheel = built / "roost_devstack-0+vendored-py3-none-any.whl"
    before = sorted(project.rglob("*"))

    with_wheel = ["uv", "run", "--isolated", "--no-project", "--quiet", "--with", str(wheel)]
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "XDG_STATE_HOME": str(tmp_path / "states")}
    tested = subprocess.run(
        [*with_wheel, "--with", "pytest", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
    )
    linted = subprocess.run(
        [*with_wheel, "roost-devstack", "lint", "tinybird", "--tenant-column", "tenant_id"],
        cwd=project,
        capture_output=True,
        text=True,
    )

    assert "1 passed" in tested.stdout, tested.stdout + tested.stderr
    assert "endpoints/names.pipe:3 TENANT01 " in linted.stdout, linted.stdout + linted.stderr
    assert sorted(project.rglob("*")) == before


FOREIGN_TEST = """
def test_names(tinybird_workspace):
    workspace = tinybird_workspace()
    assert workspace.endpoint("names") == []
"""


def test_the_doctor_finds_nothing_wrong(host: Host) -> None:
    said = host.run("uv run app doctor --local")

    assert "A tenant that does not exist sees no row" in said
    assert "\n0 errors, " in said
