"""`poe dev` of an API without pages: what its ready line names, and who may call it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import httpx2
import pytest

from .dev import Dev, free_ports
from .product import installed

pytestmark = pytest.mark.slow

OTHER = "http://localhost:5173"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """The running task, as somebody starts it whose own app stands beside it."""
    project = installed(tmp_path_factory.mktemp("api") / "project", frontend="none")
    ports = free_ports()
    parties = f"http://127.0.0.1:{ports['PORT']},{OTHER}"
    dev = Dev(project, ports | {"CLERK_AUTHORIZED_PARTIES": parties})
    yield dev
    dev.end(signal.SIGTERM)


def test_everything_that_the_ready_line_names_can_be_opened(dev: Dev) -> None:
    paths = re.findall(rf"{dev.url}(\S+?)[, ]", dev.ready_line)
    opened = {path: httpx2.get(dev.url + path, timeout=60) for path in paths}

    assert {path: answer.status_code for path, answer in opened.items()} == {
        "/docs": 200,
        "/api/analytics/event_types": 200,
    }
    assert opened["/api/analytics/event_types"].json()["rows"] > 0


def test_the_other_origin_that_the_line_names_may_call_it(dev: Dev) -> None:
    headers = {"Authorization": f"Bearer {dev.ask('session-token')}", "Origin": OTHER}
    asked = {"Access-Control-Request-Method": "GET", "Origin": OTHER}

    preflight = httpx2.options(f"{dev.url}/api/me", headers=asked, timeout=60)
    answer = httpx2.get(f"{dev.url}/api/me", headers=headers, timeout=60)

    assert f"  apps on {OTHER} may call it  " in dev.ready_line
    assert (preflight.status_code, answer.status_code) == (204, 200)
    assert answer.headers["access-control-allow-origin"] == OTHER
