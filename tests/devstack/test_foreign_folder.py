"""In a folder that holds a Tinybird project and nothing of ours, nothing of ours is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from devstack.identity import load_identity
from devstack.stack.home import home_of
from devstack.stack.project import data_project_of
from devstack.stack.services import free_port

from .tinybird.tinybird_server import SAMPLE

WITHOUT = ("DEVSTACK_STATE", "XDG_STATE_HOME", "TINYBIRD_API_URL")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project as its people have it, an `.env.local` of their own beside the datafiles."""
    made = shutil.copytree(SAMPLE, tmp_path / "theirs")
    (made / ".env.local").write_text("THEIR_SALT=pepper\n")
    (made / ".env.local").chmod(0o644)
    return made


def files(folder: Path) -> dict[str, int]:
    """Every file and its rights."""
    return {str(path.relative_to(folder)): path.stat().st_mode for path in folder.rglob("*")}


@contextmanager
def started(folder: Path, *command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if name not in WITHOUT}
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", *command],
        cwd=folder,
        env=kept | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def devstack(folder: Path, *words: str, **environ: str) -> str:
    command = [sys.executable, "-m", "devstack", *words]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environ, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_tinybird_serves_it_with_its_state_where_the_user_says(folder: Path) -> None:
    before, state, port = files(folder), folder.parent / "state", str(free_port())

    with started(folder, "tinybird", "--port", port, "--data-dir", str(state)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = process.stdout.readline()
        hints = "".join(process.stderr.readline() for _ in range(6))
        environ = {"TB_LOCAL_PORT": port, "DEVSTACK_STATE": str(state)}
        built = devstack(folder, "tb", "--local", "build", **environ)
        info = devstack(folder, "tb", "--local", "info", **environ)
        token = load_identity(state).workspace_token
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{port}"
        secrets = httpx2.get(f"{url}/v0/variables", headers=headers).json()["variables"]
        names = httpx2.get(f"{url}/v0/pipes/names.json", headers=headers)

    assert ready == f"Tinybird ready at {url}\n"
    assert f"TB_LOCAL_PORT={port} tb --local build" in hints
    assert "`tb local start`, `stop` and\n`status` manage Tinybird's own container" in hints
    assert "Build completed" in built
    # Theirs is pushed, as the CLI does it; nothing of ours is.
    assert [one["name"] for one in secrets] == ["THEIR_SALT"]
    assert names.status_code == 200
    assert "Retrying" not in info
    assert "Please run `tb login` first" in info
    assert files(folder) == before
    assert (state / "state.sqlite").exists()


def test_dev_builds_and_serves_it_without_an_app(folder: Path) -> None:
    before, state = files(folder), folder.parent / "state"
    ports = {"TB_LOCAL_PORT": str(free_port()), "CLERK_LOCAL_PORT": str(free_port())}

    with started(folder, "dev", DEVSTACK_STATE=str(state), **ports) as process:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith("Ready: ")), "")
        headers = {"Authorization": f"Bearer {load_identity(state).workspace_token}"}
        url = f"http://127.0.0.1:{ports['TB_LOCAL_PORT']}"
        names = httpx2.get(f"{url}/v0/pipes/names.json", headers=headers)

    clerk = f"http://127.0.0.1:{ports['CLERK_LOCAL_PORT']}"
    assert ready.startswith(f"Ready: Tinybird at {url}, Clerk at {clerk}  mails at {clerk}/mails")
    assert f"  data at {url}/data?key=" in ready
    assert len(names.json()["data"]) > 0
    assert files(folder) == before


def test_state_is_the_users_own_unless_somebody_says_where(tmp_path: Path) -> None:
    usual = home_of(tmp_path, environ={"XDG_STATE_HOME": "/states"})

    assert usual.parent == Path("/states/roost-devstack")
    assert home_of(tmp_path / "other", environ={"XDG_STATE_HOME": "/states"}) != usual
    assert home_of(tmp_path, environ={"DEVSTACK_STATE": "/said"}) == Path("/said")
    assert home_of(tmp_path, Path("/chosen"), {"DEVSTACK_STATE": "/said"}) == Path("/chosen")


def test_a_project_made_for_the_devstack_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.devstack]\ntinybird = "tinybird"\n')

    assert home_of(tmp_path, Path("/chosen"), {"DEVSTACK_STATE": "/said"}) == tmp_path


def test_the_datafiles_are_in_the_folder_that_has_some(tmp_path: Path) -> None:
    inner = tmp_path / "tinybird"

    assert data_project_of(tmp_path) == tmp_path
    inner.mkdir()
    assert data_project_of(tmp_path) == inner
    (tmp_path / "one.pipe").write_text("")
    assert data_project_of(tmp_path) == tmp_path
    (inner / "one.datasource").write_text("")
    assert data_project_of(tmp_path) == inner
