"""An app of a few lines, as a project configures one: it takes events and stamps their tenant.

Called with `obedient` it lets a row name its tenant, with `deaf` it takes no events.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

MODES = {"sound", "obedient", "deaf"}
MODE = sys.argv[1]
STAMP = {"tenant_id": "org_local_globex"}


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, {"status": "ok"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if MODE == "deaf" or not self.headers["Authorization"].startswith("Bearer ey"):
            self.answer(404, {})
            return
        try:
            rows = self.rows(body)
        except ValueError:
            self.answer(400, {})
            return
        self.answer(202, {"accepted": self.sent([stamped(row) for row in rows])})

    def rows(self, body: str) -> list[dict[str, object]]:
        if self.headers["Content-Type"] == "application/json":
            return json.loads(body)
        return [json.loads(line) for line in body.split("\n") if line.strip()]

    def sent(self, rows: list[dict[str, object]]) -> int:
        reply = httpx2.post(
            f"{os.environ['TINYBIRD_API_URL']}/v0/events",
            params={"name": "events", "wait": "true"},
            headers={"Authorization": f"Bearer {os.environ['TINYBIRD_JWT_SECRET']}"},
            content="\n".join(json.dumps(row) for row in rows),
        )
        return reply.raise_for_status().json()["successful_rows"]

    def answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        pass


def stamped(row: dict[str, object]) -> dict[str, object]:
    return {**STAMP, **row} if MODE == "obedient" else {**row, **STAMP}


if __name__ == "__main__":
    # A word that it does not know, such as --reload, would have reached it.
    assert set(sys.argv[1:]) <= MODES
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
