"""What a restart keeps, and who may use a data directory."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from devstack.clerk.store import StateUnreadable
from devstack.errors import DataDirInUse, PortInUse
from devstack.serving import claim_port, url_of

from .running import Browser, Clock, local_identity, running

_SERVE = """
import sys
from pathlib import Path
from devstack.clerk.server import serve
from devstack.identity import load_identity
serve(load_identity(Path(sys.argv[1])), 0, Path(sys.argv[1]) / "data")
print("closed")
"""


def test_a_restart_signs_nobody_out(tmp_path: Path) -> None:
    identity, clock = local_identity(), Clock()
    with running(tmp_path, identity, clock) as first:
        browser = first.browser()
        session = browser.sign_in("ada@example.com")
        keys = first.http.get("/v1/jwks").json()

    with running(tmp_path, identity, clock) as second:
        again = Browser(second, browser.origin, browser.dev_browser)

        assert second.verify(again.token(session).json()["jwt"])["sid"] == session["id"]
        assert second.http.get("/v1/jwks").json() == keys


def test_a_restart_keeps_organizations_and_deletions(tmp_path: Path) -> None:
    identity, clock = local_identity(), Clock()
    with running(tmp_path, identity, clock) as first:
        browser = first.browser()
        browser.sign_in("newton@example.com")
        browser.post("/v1/organizations", {"name": "Principia"})
        first.backend("DELETE", "/v1/organizations/org_local_acme")

    with running(tmp_path, identity, clock) as second:
        rows = second.backend("GET", "/v1/organizations").json()["data"]

    assert [row["slug"] for row in rows] == ["globex", "initech", "principia"]


def test_a_session_ends_after_a_week(tmp_path: Path) -> None:
    clock = Clock()
    with running(tmp_path, local_identity(), clock) as clerk:
        browser = clerk.browser()
        browser.sign_in("ada@example.com")
        clock.now += 7 * 24 * 3600

        assert browser.client()["sessions"] == []


def test_state_and_keys_are_the_owners_alone(tmp_path: Path) -> None:
    with running(tmp_path, local_identity(), Clock()) as clerk:
        clerk.browser()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"keys.json": 0o600, "lock": 0o600, "state.json": 0o600}


def test_a_second_server_on_the_same_data_refuses(tmp_path: Path) -> None:
    with (
        running(tmp_path, local_identity(), Clock()),
        pytest.raises(DataDirInUse, match="Another local Clerk already uses"),
        running(tmp_path, local_identity(), Clock()),
    ):
        pass


@pytest.mark.parametrize("name", ["state.json", "keys.json"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{")

    with (
        pytest.raises(StateUnreadable, match=f"{name} is damaged"),
        running(tmp_path, local_identity(), Clock()),
    ):
        pass


def test_a_taken_port_is_named_with_its_variable() -> None:
    with claim_port(0, "Clerk", "CLERK_LOCAL_PORT") as held:
        port = int(url_of(held).rpartition(":")[2])

        with pytest.raises(PortInUse, match=f"Port {port} is taken.*CLERK_LOCAL_PORT"):
            claim_port(port, "Clerk", "CLERK_LOCAL_PORT")


def test_a_claimed_port_is_on_loopback() -> None:
    with claim_port(0, "Clerk", "CLERK_LOCAL_PORT") as held:
        assert held.family == socket.AF_INET
        assert held.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_gently(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-c", _SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()

        process.send_signal(ending)
        rest, _ = process.communicate(timeout=20)

    assert ready.startswith("Clerk ready at http://127.0.0.1:")
    assert rest == "closed\n"
    assert process.returncode == 0
