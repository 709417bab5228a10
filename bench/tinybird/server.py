"""The embedded Tinybird as its owner starts it, and a client that costs next to nothing."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt
import psutil
from dotenv import dotenv_values

from tests.rendering import REPOSITORY

DEVSTACK = REPOSITORY / "template" / "devstack"
FAR_FUTURE = 4_102_444_800


class Refused(Exception):
    """The server answered with another status than 200."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `ready_s` is the time from its start to its ready line."""

    root: Path
    port: int
    process: psutil.Popen
    ready_s: float

    @property
    def environment(self) -> Mapping[str, str]:
        values = dotenv_values(self.root / ".env.local")
        return {name: value for name, value in values.items() if value is not None}

    @property
    def admin_token(self) -> str:
        return self.environment["TINYBIRD_JWT_SECRET"]

    @property
    def engine_directory(self) -> Path:
        return self.root / ".devstack" / "tinybird" / "clickhouse"

    @property
    def database(self) -> str:
        return f"w_{self.environment['TINYBIRD_WORKSPACE_ID'].replace('-', '')}"

    @property
    def megabytes(self) -> float:
        return self.process.memory_info().rss / 2**20

    def tenant_token(self, tenant: str, endpoints: list[str]) -> str:
        """Mint what the app gives a browser: an endpoint each, the tenant fixed."""
        fixed = {"tenant_id": tenant}
        scopes = [
            {"type": "PIPES:READ", "resource": name, "fixed_params": fixed} for name in endpoints
        ]
        claims = {
            "workspace_id": self.environment["TINYBIRD_WORKSPACE_ID"],
            "name": f"app:{tenant}:bench",
            "exp": FAR_FUTURE,
            "scopes": scopes,
        }
        return jwt.encode(claims, self.admin_token, "HS256")

    def tb(self, *arguments: str) -> float:
        """Run the official CLI in the project and return the seconds that it took."""
        since = time.perf_counter()
        done = subprocess.run(
            [Path(python()).with_name("tb"), "--local", *arguments],
            cwd=self.root / "tinybird",
            env=os.environ | _CLI | {"TB_LOCAL_PORT": str(self.port)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Refused(done.stdout + done.stderr)
        return time.perf_counter() - since


_CLI = {
    "TB_LOCAL_HOST": "127.0.0.1",
    "TB_VERSION_WARNING": "0",
    "TB_CLI_TELEMETRY_OPTOUT": "1",
    "CI": "1",
}


class Client:
    """One connection that is kept."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def get_s(self, path: str, token: str) -> float:
        """Ask, read the whole answer, and return the seconds.  Raises: Refused."""
        return self._timed("GET", path, None, token)

    def post_s(self, path: str, body: bytes, token: str) -> float:
        """Send `body`, read the whole answer, and return the seconds.  Raises: Refused."""
        return self._timed("POST", path, body, token)

    def close(self) -> None:
        self._connection.close()

    def _timed(self, method: str, path: str, body: bytes | None, token: str) -> float:
        since = time.perf_counter()
        self._connection.request(method, path, body, {"Authorization": f"Bearer {token}"})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Refused(text.decode())
        return time.perf_counter() - since


def python() -> str:
    """Return the Python of the devstack's environment, which `make lint` installs too."""
    return str(DEVSTACK / ".venv" / "bin" / "python")


@contextlib.contextmanager
def serving(root: Path, source: Path | None = None) -> Generator[Server]:
    """Serve the project under `root` on a free port.

    Args: source: another devstack's `src`, to be served in the place of this one's.
    """
    since = time.perf_counter()
    process = psutil.Popen(
        [python(), "-m", "devstack", "tinybird", "--port", "0"],
        cwd=root,
        env=os.environ
        | {"DEVSTACK_STATE": str(root)}
        | ({"PYTHONPATH": str(source)} if source else {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        if not line.startswith("Tinybird ready at "):
            raise Refused(f"The server said {line!r} instead of that it is ready.")
        ready_s = time.perf_counter() - since
        yield Server(root, int(line.rsplit(":", 1)[1]), process, ready_s)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
