"""A local Clerk on a free port, and a browser's share of the conversation with it."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import jwt
import uvicorn
from devstack.clerk.app import build_app
from devstack.clerk.demo import read_demo
from devstack.clerk.instance import Instance
from devstack.identity import Identity, new_env_local, read_identity
from devstack.serving import claim_port, url_of, uvicorn_config
from dotenv import dotenv_values

APP_ORIGIN = "http://localhost:8000"
PASSWORD = "local-demo-password"
_DEADLINE_S = 20


@dataclass
class Clock:
    """The server's clock, in Unix seconds: moved by tests."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Clerk:
    """A running local Clerk."""

    url: str
    identity: Identity
    clock: Clock
    http: httpx2.Client

    def backend(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> httpx2.Response:
        """Call the Backend API, or a control route, with the secret key."""
        headers = {"Authorization": f"Bearer {self.identity.clerk_secret_key}"}
        return self.http.request(method, path, headers=headers, json=body)

    def browser(self, origin: str = APP_ORIGIN) -> Browser:
        """Return a new browser that shows a page of `origin`."""
        return Browser(self, origin, self.http.post("/v1/dev_browser").json()["id"])

    def verify(self, token: str) -> dict[str, Any]:
        """Verify a token with the published keys and return its claims."""
        keys = jwt.PyJWKSet.from_dict(self.http.get("/.well-known/jwks.json").json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        # The server's clock is not the verifier's: times are asserted, not checked here.
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        return jwt.decode(token, key.key, ["RS256"], issuer=self.url, options=options)


@dataclass(frozen=True)
class Browser:
    """What ClerkJS sends: form-encoded posts, the dev-browser token in the query."""

    clerk: Clerk
    origin: str
    dev_browser: str

    def get(self, path: str, **query: str) -> httpx2.Response:
        """Send a GET as ClerkJS does."""
        return self._send("GET", path, query, None)

    def post(self, path: str, form: Mapping[str, str] = {}, **query: str) -> httpx2.Response:
        """Send a form as ClerkJS does."""
        return self._send("POST", path, query, form)

    def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in with the form of ClerkJS, in two steps, and return the session."""
        started = self.post("/v1/client/sign_ins", {"identifier": email}).json()["response"]
        path = f"/v1/client/sign_ins/{started['id']}/attempt_first_factor"
        done = self.post(path, {"strategy": "password", "password": password})
        session: dict[str, Any] = done.json()["client"]["sessions"][0]
        return session

    def token(self, session: Mapping[str, Any], form: Mapping[str, str] = {}) -> httpx2.Response:
        """Ask for a session token."""
        return self.post(f"/v1/client/sessions/{session['id']}/tokens", form)

    def client(self) -> dict[str, Any]:
        """Return the state of the browser."""
        client: dict[str, Any] = self.get("/v1/client").json()["response"]
        return client

    def _send(
        self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str] | None
    ) -> httpx2.Response:
        return self.clerk.http.request(
            method,
            path,
            params={"__clerk_db_jwt": self.dev_browser, **query},
            headers={"Origin": self.origin},
            data=form,
        )


def local_identity() -> Identity:
    """Return a fresh local identity, as `.env.local` would hold it."""
    values = dotenv_values(stream=io.StringIO(new_env_local()))
    return read_identity({name: value or "" for name, value in values.items()})


@contextlib.contextmanager
def running(data_dir: Path, identity: Identity, clock: Clock, port: int = 0) -> Generator[Clerk]:
    """Run a local Clerk in a thread."""
    with claim_port(port, "Clerk", "CLERK_LOCAL_PORT") as listener:
        url = url_of(listener)
        secret_key = identity.clerk_secret_key
        instance = Instance(url, secret_key, read_demo(), data_dir, clock)
        server = uvicorn.Server(uvicorn_config(build_app(instance)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started)
            with httpx2.Client(base_url=url, timeout=10) as http:
                yield Clerk(url, identity, clock, http)
        finally:
            server.should_exit = True
            thread.join(_DEADLINE_S)
            instance.close()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most twenty seconds."""
    deadline = time.monotonic() + _DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


def error_code(response: httpx2.Response) -> str:
    """Return the code of a refusal, whose shape is Clerk's."""
    (error,) = json.loads(response.text)["errors"]
    assert set(error) == {"code", "message", "long_message", "meta"}
    return str(error["code"])
