"""The server as a process, and the official CLI against it."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from devstack.identity import Identity, load_identity
from devstack.tinybird.cli import cli_environment
from devstack.tinybird.tokens.jws import sign_jwt

SAMPLE = Path(__file__).parent / "sample_project"
TB = Path(sys.executable).parent / "tb"
# The server speaks plain HTTP. The default reads every authority that the machine trusts, for each
# client anew, and that takes longer than most requests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
FAR_FUTURE = 4_102_444_800


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `root` is the project's folder."""

    root: Path
    port: int
    process: subprocess.Popen[str]
    identity: Identity

    @property
    def project(self) -> Path:
        return self.root / "tinybird"

    def client(self, token: str | None = None) -> httpx2.Client:
        chosen = self.identity.workspace_token if token is None else token
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers=headers,
            timeout=60,
            verify=NO_AUTHORITIES,
        )

    def tb(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess:
        chosen = cli_environment(self.port) if env is None else env
        return subprocess.run(
            [TB, "--local", *args],
            cwd=self.project,
            env=os.environ | chosen,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def jwt(self, *scopes: Mapping[str, object], **claims: object) -> str:
        payload = {
            "workspace_id": self.identity.workspace_id,
            "name": "test",
            "exp": FAR_FUTURE,
            "scopes": list(scopes),
        }
        return sign_jwt(payload | claims, self.identity.workspace_token)

    def count(self, name: str) -> int:
        return self.rows(f"SELECT count() AS n FROM {name}")[0]["n"]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.client() as client:
            answer = client.get("/v0/sql", params={"q": f"{sql} FORMAT JSON"})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def deploy(self, files: Mapping[str, str], **options: str) -> httpx2.Response:
        """Deploy the project with `files` in the place of its own, as the CLI does it."""
        own = {
            path.relative_to(self.project).as_posix(): path.read_text()
            for path in self.project.rglob("*")
            if path.suffix in (".datasource", ".pipe", ".connection")
        }
        parts = [("data_project://", (name, text)) for name, text in (own | dict(files)).items()]
        with self.client() as client:
            return client.post("/v1/deploy", params=options, files=parts)


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Server]:
    """Serve the project in `root`, copied from the sample where there is none."""
    if not (root / "tinybird").exists():
        shutil.copytree(SAMPLE, root / "tinybird")
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", "tinybird", "--port", "0", *options],
        cwd=root,
        env=os.environ | {"DEVSTACK_STATE": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Tinybird ready at http://127.0.0.1:"), line
        yield Server(root, int(line.rsplit(":", 1)[1]), process, load_identity(root))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()
