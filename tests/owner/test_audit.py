"""`poe audit`, against a database that knows a vulnerability in a package of each project."""

from __future__ import annotations

import json
import subprocess
import threading
import tomllib
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ..product import stack

VULNERABLE = ("jinja2", "tinybird")


class Database(BaseHTTPRequestHandler):
    """The two calls of osv.dev that `uv audit` makes."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [query["package"]["name"] for query in body["queries"]]
        known = {"vulns": [{"id": "GHSA-made-up", "modified": "2026-01-01T00:00:00Z"}]}
        self._answer({"results": [known if name in VULNERABLE else {} for name in names]})

    def do_GET(self) -> None:
        self._answer({"id": "GHSA-made-up", "modified": "2026-01-01T00:00:00Z", "affected": []})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def database() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_vulnerability_of_the_app_fails_and_one_of_the_devstack_is_told(
    work: Path, database: str
) -> None:
    told = _audit(work, database)

    assert told.returncode == 1
    assert "jinja2" in told.stdout
    assert "tinybird" in told.stdout


def test_the_devstack_alone_does_not_fail_it(
    work: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.VULNERABLE", ("tinybird",))

    told = _audit(work, database)

    assert told.returncode == 0, told.stdout
    assert "tinybird" in told.stdout


def _audit(project: Path, database: str) -> subprocess.CompletedProcess[str]:
    # The task as it is, asking the database of this test.
    path = project / "pyproject.toml"
    assert "audit" in tomllib.loads(path.read_text())["tool"]["poe"]["tasks"]
    asked = f"audit-command --service-url {database}"
    path.write_text(path.read_text().replace("audit-command", asked))
    return subprocess.run(
        ["uv", "run", "--quiet", "poe", "audit"],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
