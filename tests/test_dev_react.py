"""`poe dev` with a page in React: Vite answers at the product's address, the app behind it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from .dev import Dev, free_ports, wait_until
from .processes import command_line
from .product import installed

pytestmark = pytest.mark.slow

WITHIN_S = 90
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def react(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed project; what its page needs of npm, `dev` fetches."""
    return installed(tmp_path_factory.mktemp("react") / "project", frontend="react")


@pytest.fixture(scope="module")
def dev(react: Path) -> Iterator[Dev]:
    """The running task."""
    dev = Dev(react, free_ports())
    yield dev
    dev.end(signal.SIGTERM)


# Before the one that the others share: a folder has one at a time.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending_it_ends_every_process_it_started(react: Path, number: signal.Signals) -> None:
    dev = Dev(react, free_ports())

    dev.end(number)

    assert dev.processes() == []


def test_the_ready_line_names_the_address_of_the_product(dev: Dev) -> None:
    assert dev.ready_line.startswith(f"Ready: {dev.url} ")
    assert "ada@example.com" in dev.ready_line


def test_the_page_is_the_apps_and_its_files_are_vites(dev: Dev) -> None:
    page = httpx2.get(f"{dev.url}/sign-in", headers=BROWSER, timeout=60)
    script = httpx2.get(f"{dev.url}/static/app/src/main.tsx", timeout=60)
    colours = httpx2.get(f"{dev.url}/static/css/tokens.css", timeout=60)

    assert 'src="/static/app/@vite/client"' in page.text
    assert page.headers["cache-control"] == "private, no-store"
    assert f"ws://127.0.0.1:{dev.ports['PORT']}" in page.headers["content-security-policy"]
    assert "/static/app/node_modules/" in script.text
    assert "--brand" in colours.text


def test_a_session_of_the_products_address_is_taken(dev: Dev) -> None:
    token = dev.ask("session-token", "--user", "user_local_ada", "--org", "org_local_acme")

    answer = _get(dev, "/api/me", token)

    assert answer.json()["tenant_id"] == "org_local_acme"
    assert dev.events(token) > 0


def test_who_may_call_across_origins_the_app_decides(dev: Dev) -> None:
    asked = {"Access-Control-Request-Method": "GET"}
    own, other = f"http://localhost:{dev.ports['PORT']}", "http://localhost:5173"

    allowed, refused = (
        httpx2.options(f"{dev.url}/api/me", headers={**asked, "Origin": origin}, timeout=60)
        for origin in (own, other)
    )

    assert allowed.headers["access-control-allow-origin"] == own
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("path", ["/", "/api/me", "/static/app/src/main.tsx"])
def test_another_host_is_refused(dev: Dev, path: str) -> None:
    answer = httpx2.get(dev.url + path, headers={"Host": "evil.example.com"}, timeout=60)

    assert answer.status_code in (403, 421)


def test_what_is_saved_is_served(dev: Dev) -> None:
    style = dev.project / "frontend" / "src" / "app.css"
    good = style.read_text()

    style.write_text(f"{good}\n.saved-just-now {{ color: teal; }}\n")
    wait_until(lambda: "saved-just-now" in _file(dev, "src/app.css"), WITHIN_S)
    style.write_text(good)
    wait_until(lambda: "saved-just-now" not in _file(dev, "src/app.css"), WITHIN_S)


def test_a_grant_that_is_taken_away_is_gone_at_once(dev: Dev) -> None:
    (policy,) = (dev.project / "src").glob("*/policy.py")
    good = policy.read_text()
    token = dev.ask("session-token")

    policy.write_text(good.replace('    Grant("retention"),\n', ""))
    wait_until(lambda: _get(dev, "/api/analytics/retention", token).status_code == 403, WITHIN_S)
    policy.write_text(good)
    wait_until(lambda: _get(dev, "/api/analytics/retention", token).status_code == 200, WITHIN_S)


def test_vite_and_the_app_are_started_again_when_they_end(dev: Dev) -> None:
    for name in ("vite.js", "app serve"):
        for process in dev.processes():
            if name in " ".join(command_line(process)):
                process.kill()

    wait_until(lambda: httpx2.get(f"{dev.url}/readyz", timeout=10).status_code == 200, WITHIN_S)
    assert "import" in _file(dev, "src/main.tsx")


def _get(dev: Dev, path: str, token: str) -> httpx2.Response:
    return httpx2.get(dev.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _file(dev: Dev, name: str) -> str:
    return httpx2.get(f"{dev.url}/static/app/{name}", timeout=60).text
