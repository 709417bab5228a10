"""`local_tinybird: docker`, with the embedded server as the container: no engine runs here."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from .product import stack
from .rendering import REPOSITORY, render

STAND_IN = REPOSITORY / "tests" / "stand_in"
VALUES = ("API_URL", "WORKSPACE_ID", "JWT_SECRET", "INGEST_TOKEN", "API_KEY", "ADMIN_TOKEN")


@dataclass(frozen=True, slots=True)
class Machine:
    """A project whose Tinybird is a container, and a machine's environment.

    python: the devstack's, of another render.  calls: what `docker` was asked for.
    """

    project: Path
    python: Path
    calls: Path
    port: str
    more: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        """The command of the devstack."""
        return [str(self.python), "-m", "devstack", *words]

    @property
    def env(self) -> dict[str, str]:
        """The environment, the stand-in for `docker` first on its PATH."""
        return stack.clean_environment() | {
            "PATH": f"{STAND_IN}{os.pathsep}{os.environ['PATH']}",
            "TB_LOCAL_PORT": self.port,
            "STAND_IN_CALLS": str(self.calls),
            "STAND_IN_HOME": str(self.calls.parent),
            "STAND_IN_PYTHON": str(self.python),
            **self.more,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the devstack in the project."""
        return subprocess.run(
            self.command(*words), cwd=self.project, env=self.env, capture_output=True, text=True
        )

    def start(self) -> subprocess.Popen[str]:
        """Start the container and wait for its ready line."""
        process = subprocess.Popen(
            self.command("container"),
            cwd=self.project,
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("ready at" in line and f":{self.port}" in line for line in lines)
        return process


@pytest.fixture(scope="module")
def machine(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    folder = tmp_path_factory.mktemp("container")
    mine = render(folder / "project", local_tinybird="docker")
    python = project / "devstack" / ".venv" / "bin" / "python"
    return Machine(mine, python, folder / "calls", str(stack.free_port()))


@pytest.fixture(scope="module")
def started(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """The container, with the project built in it."""
    with machine.start() as process:
        built = machine.run("tb", "--local", "build")
        assert built.returncode == 0, built.stdout
        yield process
        process.terminate()


@pytest.mark.usefixtures("started")
def test_a_command_gets_the_workspace_and_the_tokens_of_the_container(machine: Machine) -> None:
    names = [f"TINYBIRD_{name}" for name in VALUES]
    got = [machine.run("run", "--", "printenv", *names).stdout.split() for _ in range(2)]
    url, workspace_id, secret, ingest, _public, admin = got[0]

    with httpx2.Client(base_url=url, timeout=60) as tinybird:
        own = tinybird.get("/v1/workspace", headers={"Authorization": f"Bearer {secret}"}).json()
        sent = tinybird.post(
            "/v0/events", params={"name": "events", "token": ingest}, content=b'{"x": 1}'
        )
        listed = tinybird.get("/v0/tokens", params={"token": admin}).json()["tokens"]

    assert url == f"http://127.0.0.1:{machine.port}"
    assert own["id"] == workspace_id
    assert sent.status_code == 202
    assert {"app_ingest", "app_public", "devstack_admin"} <= {one["name"] for one in listed}
    assert got[0] == got[1]
    assert (machine.project / ".env.local").read_text().count(secret) == 0


@pytest.mark.usefixtures("started")
def test_a_container_that_runs_is_used_and_left_running(machine: Machine) -> None:
    second = machine.start()
    second.send_signal(signal.SIGTERM)
    second.wait(60)
    assert second.stdout is not None
    second.stdout.close()

    assert machine.calls.read_text() == "compose up tinybird\n"
    assert httpx2.get(f"http://127.0.0.1:{machine.port}/tokens", timeout=60).status_code == 200


def test_a_machine_without_docker_is_told_what_to_do(machine: Machine, tmp_path: Path) -> None:
    elsewhere = {"PATH": str(tmp_path), "TB_LOCAL_PORT": str(stack.free_port())}

    refused = Machine(machine.project, machine.python, machine.calls, machine.port, elsewhere).run(
        "container"
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith("docker was not found: install it and start it, or")
