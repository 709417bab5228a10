"""One embedded Tinybird for each size, all of them running while they are measured in turns."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import dotenv
import httpx2
import jwt

from tests.product import stack

from .filling import MEASURED

READY_WITHIN_S = 120
FILLING = Path(__file__).with_name("filling.py")


@dataclass(frozen=True, slots=True)
class Size:
    """How many tenants share how many rows of the datasource `events`."""

    tenants: int
    rows: int

    @property
    def name(self) -> str:
        """Name it as the tables do."""
        return f"{self.tenants:,} tenants, {self.rows // 1_000_000} million rows"


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered project whose devstack serves every size."""

    root: Path

    def run(self, *arguments: str, port: int) -> None:
        """Run a command of the devstack against the Tinybird on `port`."""
        self.start(*arguments, port=port).wait()

    def start(self, *arguments: str, port: int) -> subprocess.Popen[bytes]:
        """Start a command of the devstack."""
        return subprocess.Popen(
            [str(self._bin / "devstack"), *arguments],
            cwd=self.root,
            env=stack.clean_environment() | {"TB_LOCAL_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def fill(self, directory: Path, size: Size) -> None:
        """Store the rows of a size; nothing serves `directory` meanwhile."""
        arguments = [str(directory / "clickhouse"), str(size.tenants), str(size.rows)]
        subprocess.run([str(self._bin / "python"), str(FILLING), *arguments], check=True)

    def token(self, endpoint: str, fixed: dict[str, str]) -> str:
        """Sign a token that reads one endpoint as the measured tenant, as the app does."""
        values = dotenv.dotenv_values(self.root / ".env.local")
        claims = {
            "workspace_id": values["TINYBIRD_WORKSPACE_ID"],
            "name": "bench",
            "exp": int(time.time()) + 3600,
            "scopes": [
                {
                    "type": "PIPES:READ",
                    "resource": endpoint,
                    "fixed_params": {"tenant_id": MEASURED, **fixed},
                }
            ],
        }
        return jwt.encode(claims, str(values["TINYBIRD_JWT_SECRET"]), "HS256")

    @property
    def _bin(self) -> Path:
        return self.root / "devstack" / ".venv" / "bin"


@contextlib.contextmanager
def tinybird(project: Project, directory: Path) -> Generator[int]:
    """Serve a data directory; yield the port."""
    port = stack.free_port()
    options = ["--port", str(port), "--data-dir", str(directory)]
    process = project.start("tinybird", *options, port=port)
    try:
        _wait_until_up(process, f"http://127.0.0.1:{port}/v0/health")
        yield port
    finally:
        process.terminate()
        process.wait(READY_WITHIN_S)


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the embedded Tinybird ended"
        with contextlib.suppress(httpx2.TransportError):
            # Any answer: it serves.
            httpx2.get(url)
            return
        time.sleep(0.1)
    raise AssertionError("the embedded Tinybird did not come up")
