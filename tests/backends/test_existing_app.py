"""The product inside somebody's own app, as docs/existing-app/ shows it."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest

from ..product import stack
from ..rendering import REPOSITORY
from .conftest import BACKENDS

ADA, LINUS = "user_local_ada", "user_local_linus"
ACME, INITECH = "org_local_acme", "org_local_initech"
APPS = {"fastapi": "asgi host:app", "flask": "wsgi host:app", "litestar": "asgi host:app"}
APPS["django"] = "wsgi host:application"


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_app_of_the_document_holds_the_product_under_a_prefix(
    backend: str, projects: dict[str, Path], local: stack.Stack, tmp_path: Path
) -> None:
    page = (REPOSITORY / "docs" / "existing-app" / f"{backend}.md").read_text()
    (tmp_path / "host.py").write_text(_first_block(page))
    admin = {"Authorization": f"Bearer {local.session_token(ADA, ACME)}"}
    member = {"Authorization": f"Bearer {local.session_token(LINUS, INITECH)}"}

    with _serving(projects[backend], tmp_path, APPS[backend], local) as client:
        me = client.get("/analytics/api/me", headers=admin)
        assert (me.status_code, me.json()["tenant_id"]) == (200, ACME)
        assert me.headers["cache-control"] == "private, no-store"
        assert _refusal(client.get("/analytics/api/me")) == (401, "token-missing")
        token = client.get("/analytics/api/tinybird/token", headers=admin)
        assert token.json()["tenant_id"] == ACME
        read = client.get("/analytics/api/analytics/top_events?limit=1", headers=admin)
        assert read.status_code == 200
        sent = client.post("/analytics/api/events", json={"event": "mounted"}, headers=admin)
        assert (sent.status_code, sent.json()) == (202, {"accepted": 1, "quarantined": 0})
        _check_page(client)
        _check_own_routes(client, admin, member)


def _check_page(client: httpx2.Client) -> None:
    page = client.get("/analytics/")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    assert "frame-ancestors" in page.headers["content-security-policy"]
    files = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page.text)
    assert len(files) > 5
    for file in files:
        assert file.startswith("/analytics/static/")
        assert client.get(file).status_code == 200, file


def _check_own_routes(client: httpx2.Client, admin: dict[str, str], member: dict[str, str]) -> None:
    assert client.get("/public").status_code == 200
    assert client.get("/public", headers={"Authorization": "Bearer junk"}).status_code == 200
    own = client.get("/own", headers=member).json()
    assert own["tenant"] == INITECH
    assert "top_events" in own["endpoints"]
    assert _refusal(client.get("/own")) == (401, "token-missing")
    assert client.get("/admins", headers=admin).status_code == 200
    assert _refusal(client.get("/admins", headers=member)) == (403, "access-denied")
    missing = client.get("/missing")
    assert missing.status_code == 404
    # The host's own 404, not the product's.
    assert missing.headers["content-type"] != "application/problem+json"


def _refusal(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def _first_block(page: str) -> str:
    block = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert block is not None
    return block[1]


@contextlib.contextmanager
def _serving(project: Path, folder: Path, app: str, local: stack.Stack) -> Generator[httpx2.Client]:
    port = stack.free_port()
    interface, target = app.split()
    granian = project / ".venv" / "bin" / "granian"
    process = subprocess.Popen(
        [granian, "--interface", interface, "--port", str(port), "--no-ws", target],
        cwd=folder,
        env=stack.clean_environment() | local.env | {"PORT": str(port)},
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            stack.wait_until_ready(process, f"{client.base_url}/analytics/readyz")
            yield client
    finally:
        process.terminate()
        process.wait(30)
