"""JSON that nests deeply or holds half a letter is a 400 of the local Clerk."""

from __future__ import annotations

import httpx2
import pytest
from devstack.clerk.app import BACKEND_ROUTES
from starlette.routing import Route

from .running import Clerk, error_code

BODIES = {
    "arrays": "[" * 100_000 + "]" * 100_000,
    "objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "open": "[" * 100_000,
    "in a known field": '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "beyond the recursion of Python's encoder": '{"claims": ' + "[" * 985 + "]" * 985 + "}",
    "half a surrogate pair": '{"first_name": "\\ud83d", "name": "\\ud83d"}',
    "a long number": '{"expires_in_seconds": ' + "1" * 5_000 + "}",
}
READ = ("create_user", "create_organization", "create_template")


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_cannot_be_meant_is_refused(clerk: Clerk, body: str) -> None:
    answers = [_sent(clerk, route, BODIES[body]) for route in BACKEND_ROUTES]

    assert {answer.status_code for answer in answers if answer.status_code >= 500} <= {501}
    read = [_sent(clerk, route, BODIES[body]) for route in BACKEND_ROUTES if route.name in READ]
    assert [(answer.status_code, error_code(answer)) for answer in read] == [
        (400, "request_body_invalid")
    ] * 3
    assert clerk.backend("GET", "/v1/users").status_code == 200


def _sent(clerk: Clerk, route: Route, body: str) -> httpx2.Response:
    key = clerk.identity.clerk_secret_key
    verb = next(iter((route.methods or set()) - {"HEAD"}))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return clerk.http.request(verb, route.path, headers=headers, content=body)
