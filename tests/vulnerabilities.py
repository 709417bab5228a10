"""A database of vulnerabilities that knows one in each package that it is told of."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Database(ThreadingHTTPServer):
    """Answers as osv.dev does; `vulnerable` names the packages."""

    vulnerable: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Calls(BaseHTTPRequestHandler):
    """The two calls of osv.dev that `uv audit` makes."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [query["package"]["name"] for query in body["queries"]]
        known = {"vulns": [{"id": "GHSA-made-up", "modified": "2026-01-01T00:00:00Z"}]}
        assert isinstance(self.server, Database)
        vulnerable = self.server.vulnerable
        self._answer({"results": [known if name in vulnerable else {} for name in names]})

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


@contextmanager
def running_database(*vulnerable: str) -> Generator[Database]:
    """Run a database on a port of its own."""
    with Database(("127.0.0.1", 0), Calls) as server:
        server.vulnerable = vulnerable
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()
