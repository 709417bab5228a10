"""A Tinybird at its worst: it fails in every way, and quotes the token that it was sent."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATUSES = (400, 401, 403, 404, 429, 500, 503)


class Echo(ThreadingHTTPServer):
    """Answers with the next of STATUSES; the token stands in the error and in a header."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = 0
        self.tokens: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._refuse()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._refuse()

    def _refuse(self) -> None:
        assert isinstance(self.server, Echo)
        token = self.headers.get("authorization", "")
        self.server.tokens |= {token.removeprefix("Bearer ")} - {""}
        self.server.asked += 1
        body = json.dumps({"error": f"The token {token} is no good", "documentation": token})
        self.send_response(STATUSES[self.server.asked % len(STATUSES)])
        self.send_header("X-Token", token)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on standard error."""


@contextlib.contextmanager
def echo() -> Generator[Echo]:
    """Serve an `Echo` until the block ends."""
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
