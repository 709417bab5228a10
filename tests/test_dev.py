"""`poe dev` as its user meets it: one ready line, three processes, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from .product import stack

pytestmark = pytest.mark.slow

READY_WITHIN_S = 90
DEV = ["uv", "run", "--quiet", "--no-active", "poe", "dev"]


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    """Three free ports, as the environment names them."""
    return {name: str(_free_port()) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}


@pytest.fixture(scope="module")
def dev(project: Path, ports: dict[str, str]) -> Iterator[Dev]:
    """The running task."""
    dev = Dev(project, ports)
    yield dev
    dev.end(signal.SIGTERM)


class Dev:
    """`poe dev` of `project` on `ports`, once it has printed its ready line."""

    def __init__(self, project: Path, ports: dict[str, str]) -> None:
        self.ports = ports
        self.url = f"http://127.0.0.1:{ports['PORT']}"
        self.project = project
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            DEV,
            cwd=project,
            env=stack.clean_environment() | ports,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._drain, daemon=True).start()
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()
        assert self.ready_line, "".join(self.errors)

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the task as a terminal or a supervisor would, and wait for its end."""
        self.process.send_signal(number)
        self.process.wait(60)

    def ask(self, task: str, *arguments: str) -> str:
        """Run another task of the project on the same ports and return what it prints."""
        result = subprocess.run(
            ["uv", "run", "--quiet", "--no-active", "poe", "--quiet", task, *arguments],
            cwd=self.project,
            env=stack.clean_environment() | self.ports,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def events(self, token: str) -> int:
        """Count all events of the token's tenant, as the page would."""
        minted = httpx2.get(
            f"{self.url}/api/tinybird/token", headers={"Authorization": f"Bearer {token}"}
        )
        answer = minted.raise_for_status().json()
        counts = httpx2.get(
            f"{answer['api_url']}/v0/pipes/top_events.json",
            params={"date_from": "2000-01-01", "limit": "100"},
            headers={"Authorization": f"Bearer {answer['token']}"},
        )
        return sum(row["events"] for row in counts.raise_for_status().json()["data"])

    def _drain(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)


def test_the_ready_line_names_the_url_and_the_demo_sign_ins(dev: Dev) -> None:
    assert dev.ready_line.startswith(f"Ready: {dev.url}")
    assert "ada@example.com" in dev.ready_line
    assert "local-demo-password" in dev.ready_line


def test_each_demo_pair_sees_a_tenant_of_its_own(dev: Dev) -> None:
    pairs = [["user_local_ada", "org_local_acme"], ["user_local_linus", "org_local_initech"]]

    tokens = [dev.ask("session-token", "--user", user, "--org", org) for user, org in pairs]
    tenants = [_me(dev, token)["tenant_id"] for token in tokens]
    counts = [dev.events(token) for token in tokens]

    assert tenants == ["org_local_acme", "org_local_initech"]
    assert min(counts) > 0
    assert counts[0] != counts[1]


def test_an_event_that_was_accepted_survives_the_death_of_every_process(dev: Dev) -> None:
    token = dev.ask("session-token")
    before = dev.events(token)

    reply = httpx2.post(
        f"{dev.url}/api/events",
        headers={"Authorization": f"Bearer {token}"},
        json=[{"event": "report_shared"}, {"event": "plan_upgraded"}],
    )
    for name in ("devstack tinybird", "devstack clerk", "app serve"):
        _kill(dev, name)
    _wait_until(lambda: httpx2.get(f"{dev.url}/readyz", timeout=10).status_code == 200)

    assert reply.json() == {"accepted": 2, "quarantined": 0}
    assert dev.events(dev.ask("session-token")) == before + 2


def test_a_broken_datafile_leaves_the_previous_build_serving(dev: Dev) -> None:
    pipe = dev.project / "tinybird" / "endpoints" / "top_events.pipe"
    good = pipe.read_text()
    token = dev.ask("session-token")
    before = dev.events(token)

    pipe.write_text(good.replace("FROM", "FORM"))
    _wait_until(lambda: any("The previous build goes on serving" in e for e in dev.errors))
    during = dev.events(token)
    pipe.write_text(good)

    assert during == before
    assert any("top_events" in line for line in dev.errors)


def test_a_port_in_use_is_named_with_the_way_to_change_it(dev: Dev) -> None:
    result = subprocess.run(
        DEV,
        cwd=dev.project,
        env=stack.clean_environment() | dev.ports,
        capture_output=True,
        text=True,
    )

    assert result.returncode != 0
    assert f"Port {dev.ports['PORT']} is in use: set PORT to another one" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending_it_ends_every_process_it_started(project: Path, number: signal.Signals) -> None:
    ports = {name: str(_free_port()) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}
    dev = Dev(project, ports)

    dev.end(number)

    assert _processes(dev) == []


def _me(dev: Dev, token: str) -> dict[str, str]:
    reply = httpx2.get(f"{dev.url}/api/me", headers={"Authorization": f"Bearer {token}"})
    return reply.raise_for_status().json()


def _kill(dev: Dev, name: str) -> None:
    found = [pid for pid, command in _processes(dev) if name in command]
    assert found, name
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def _processes(dev: Dev) -> list[tuple[int, str]]:
    # A process of this run has this run's port in its environment.
    marked = f"TB_LOCAL_PORT={dev.ports['TB_LOCAL_PORT']}"
    listed = subprocess.run(
        ["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    lines = [line for line in listed.stdout.splitlines() if marked in line.split()]
    words = [re.match(r"\s*(\d+) (.*)", line) for line in lines]
    return [(int(w[1]), w[2].replace("-m ", "")) for w in words if w and int(w[1]) != os.getpid()]


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not within {READY_WITHIN_S} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
