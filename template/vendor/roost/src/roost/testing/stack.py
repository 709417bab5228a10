"""The product as processes: the local services, and the app as `poe serve` starts it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from roost.identity.tenancy import Tenancy
from roost.policy.product import load_product

# The project that is tested is the one in which pytest was started.
ROOT = Path.cwd()
READY_WITHIN_S = 60
# For clients of this machine's services, which speak plain HTTP. The default reads every authority
# that the machine trusts, for each client anew, and that takes longer than most requests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_NOTHING_SAID = '{"error": "the devstack ended before it was ready: see its lines above"}'
DEVSTACK = ("uv", "run", "--quiet", "--no-active", "--project", "devstack", "devstack")


@dataclass(frozen=True, slots=True)
class Member:
    """A user, the organization that is active in their session, and whose rows they see."""

    user: str
    organization: str | None
    tenant: str


@dataclass(frozen=True, slots=True)
class Stack:
    """The local Tinybird and Clerk of one run; `env` is all that the app needs to use them."""

    env: dict[str, str]
    pids: dict[str, int]
    tenancy: str

    @property
    def origin(self) -> str:
        """The app's origin, which session tokens name as their authorized party."""
        return f"http://127.0.0.1:{self.env['PORT']}"

    def session_token(
        self, user: str, organization: str | None, lifetime_s: int | None = None
    ) -> str:
        """Have the local Clerk issue a session token for `user` in `organization`.

        Args: lifetime_s: None for the minute that Clerk's tokens live.
        """
        with self._clerk() as clerk:
            wanted = {"user_id": user, "active_organization_id": organization}
            session = clerk.post("/v1/sessions", json=wanted).raise_for_status().json()
            path = f"/v1/sessions/{session['id']}/tokens"
            asked = {"azp": self.origin, "expires_in_seconds": lifetime_s}
            token = clerk.post(path, json=asked).raise_for_status().json()
        return token["jwt"]

    def create_organization(self, name: str, owner: str = "user_local_ada") -> str:
        """Have the local Clerk make an organization whose admin is `owner`; return its id."""
        with self._clerk() as clerk:
            wanted = {"name": name, "created_by": owner}
            return clerk.post("/v1/organizations", json=wanted).raise_for_status().json()["id"]

    def new_member(self, name: str, user: str = "user_local_ada") -> Member:
        """Have the local Clerk make a tenant that has no rows yet; return somebody of it.

        Args: user: who it is, where tenants are organizations.
        """
        if self.tenancy == "user":
            address = f"{uuid.uuid4().hex}@example.com"
            with self._clerk() as clerk:
                wanted = {"first_name": name, "email_address": [address]}
                user = clerk.post("/v1/users", json=wanted).raise_for_status().json()["id"]
            return Member(user, None, user)
        organization = self.create_organization(name, user)
        return Member(user, organization, organization)

    def token_of(self, member: Member, lifetime_s: int | None = None) -> str:
        """Have the local Clerk issue a session token for a member, as `session_token` does."""
        return self.session_token(member.user, member.organization, lifetime_s)

    def _clerk(self) -> httpx2.Client:
        return httpx2.Client(
            timeout=READY_WITHIN_S,
            verify=NO_AUTHORITIES,
            base_url=self.env["CLERK_API_URL"],
            headers={"Authorization": f"Bearer {self.env['CLERK_SECRET_KEY']}"},
        )


@contextlib.contextmanager
def running_stack(root: Path = ROOT) -> Generator[Stack]:
    """Run both local services of the project in `root` on free ports, its data project built."""
    with subprocess.Popen(
        [*DEVSTACK, "up"],
        cwd=root,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        started = json.loads(process.stdout.readline() or _NOTHING_SAID)
        if "error" in started:
            # Such as the line of a pipe that does not build: there is nothing else to look at.
            pytest.fail(started["error"], pytrace=False)
        try:
            yield Stack(started["env"], started["pids"], tenancy_of(root))
        finally:
            process.stdin.close()
            process.wait(READY_WITHIN_S)


@contextlib.contextmanager
def running_app(env: dict[str, str], root: Path = ROOT) -> Generator[str]:
    """Serve the app of the project in `root` with `env` in its environment; yield its URL."""
    url = f"http://127.0.0.1:{env['PORT']}"
    process = subprocess.Popen(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "app", "serve"],
        cwd=root,
        env=clean_environment() | env,
        start_new_session=True,
    )
    try:
        wait_until_ready(process, f"{url}/readyz")
        yield url
    finally:
        process.terminate()
        process.wait(READY_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def tenancy_of(root: Path = ROOT) -> Tenancy:
    """Tell who a tenant is in the project in `root`: an organization or a user."""
    return load_product(next(root.glob("src/*/product.json"))).tenancy


def clean_environment() -> dict[str, str]:
    """Return the process environment without keys and ports: they must not decide a test."""
    prefixes = ("TINYBIRD_", "CLERK_", "NEXT_PUBLIC_", "TB_", "VIRTUAL_ENV", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until `url` answers 200, or fail if the process ends before."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended with code {process.returncode}"
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(url, timeout=60, verify=NO_AUTHORITIES).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer 200 within {READY_WITHIN_S} s")
