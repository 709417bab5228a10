"""Only this machine, and only its own pages, are answered."""

from __future__ import annotations

import pytest
from devstack.clerk.app import BACKEND_ROUTES, FILE_ROUTES, FRONTEND_ROUTES, KEY_ROUTES
from starlette.routing import Route

from .running import Clerk

_ROUTES = [*FRONTEND_ROUTES, *KEY_ROUTES, *FILE_ROUTES, *BACKEND_ROUTES]


def _verb(route: Route) -> str:
    return next(iter((route.methods or set()) - {"HEAD"}))


@pytest.mark.parametrize(
    "header", [{"Host": "clerk.evil.example"}, {"Origin": "https://evil.example"}]
)
def test_every_route_refuses_a_foreign_host_or_origin(clerk: Clerk, header: dict[str, str]) -> None:
    key = {"Authorization": f"Bearer {clerk.identity.clerk_secret_key}"}

    answers = {
        (_verb(route), route.path): clerk.http.request(
            _verb(route), route.path, headers={**header, **key}
        )
        for route in _ROUTES
    }

    assert len(answers) >= 40
    assert {answer.status_code for answer in answers.values()} == {403}
    assert all("access-control-allow-origin" not in one.headers for one in answers.values())


def test_a_local_page_may_read_the_answers(clerk: Clerk) -> None:
    answer = clerk.browser(origin="http://localhost:5173").get("/v1/client")

    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"


def test_the_backend_api_is_open_to_no_page(clerk: Clerk) -> None:
    key = f"Bearer {clerk.identity.clerk_secret_key}"
    headers = {"Authorization": key, "Origin": "http://localhost:8000"}

    answer = clerk.http.get("/v1/users", headers=headers)

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
