from __future__ import annotations

import json

import pytest
from litestar import Litestar, Response
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from roost.litestar.dependencies import AnyRequest

from ..issuer import Issuer
from ..rooms import JUNK, ORIGIN, Outside
from .conftest import MakeRoost
from .host import HANDLERS, HostTenant

Client = TestClient[Litestar]


def test_a_public_route_verifies_nobody(client: Client) -> None:
    assert client.get("/public", headers=JUNK).json() == {"open": True}


def test_optional_authentication_takes_visitors_and_refuses_a_bad_token(
    client: Client, ada: dict[str, str]
) -> None:
    visitor, member = client.get("/hello"), client.get("/hello", headers=ada)
    bad = client.get("/hello", headers=JUNK)

    assert visitor.json() == {"user": None}
    assert member.json() == {"user": "user_ada"}
    assert (bad.status_code, bad.json()["code"]) == (401, "token-invalid")
    assert bad.headers["content-type"] == "application/problem+json"
    assert bad.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/mine", "/signed-in", "/tenant", "/admin", "/manage"])
def test_visitors_are_refused(client: Client, ada: dict[str, str], path: str) -> None:
    visitor = client.get(path)

    assert (visitor.status_code, visitor.json()["code"]) == (401, "token-missing")
    assert client.get(path, headers=ada).status_code == 200


@pytest.mark.parametrize(
    ("path", "organization", "code"),
    [
        ("/tenant", None, "tenant-required"),
        ("/admin", None, "tenant-required"),
        ("/admin", {"id": "org_acme", "rol": "member"}, "access-denied"),
        ("/manage", {"id": "org_acme", "rol": "admin"}, "access-denied"),
    ],
)
def test_guards_refuse_those_who_lack_what_is_required(
    client: Client, issuer: Issuer, path: str, organization: dict[str, str] | None, code: str
) -> None:
    headers = {"Authorization": f"Bearer {issuer.issue(o=organization)}"}

    response = client.get(path, headers=headers)

    assert (response.status_code, response.json()["code"]) == (403, code)
    assert client.get("/signed-in", headers=headers).status_code == 200


def test_a_caller_is_verified_once_and_its_token_minted_when_asked_for(
    client: Client, ada: dict[str, str]
) -> None:
    assert client.get("/token", headers=ada).json() == {
        "same": True,
        "minted_before": False,
        "slug": "acme",
        "reads": {"tenant_id": "org_acme"},
    }


def test_two_requests_never_share_a_caller(
    client: Client, issuer: Issuer, ada: dict[str, str]
) -> None:
    grace = {"Authorization": f"Bearer {issuer.issue(sub='user_grace')}"}

    users = [client.get("/hello", headers=who).json()["user"] for who in (ada, grace, {})]

    assert users == ["user_ada", "user_grace", None]


def test_a_name_that_the_app_has_taken_stays_its_own_and_never_reaches_our_routes(
    client: Client, ada: dict[str, str], outside: Outside
) -> None:
    assert client.get("/team").json() == {"tenant": "the-hosts-own"}
    taken = client.post("/analytics/api/events", json={"event": "x"}, headers=ada)

    assert taken.status_code == 202
    assert json.loads(outside.sent[0].content)["tenant_id"] == "org_acme"


def test_the_api_is_below_the_prefix_with_its_headers(client: Client, ada: dict[str, str]) -> None:
    me = client.get("/analytics/api/me", headers=ada)
    refused = client.get("/analytics/api/me")

    assert me.json()["tenant_id"] == "org_acme"
    for response in (me, refused):
        assert response.headers["cache-control"] == "private, no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert "content-security-policy" not in client.get("/public").headers


def test_the_hosts_answers_that_depend_on_the_session_stay_out_of_caches(
    client: Client, ada: dict[str, str]
) -> None:
    answers = [client.get("/tenant", headers=ada), client.get("/tenant"), client.get("/hello")]

    assert [answer.status_code for answer in answers] == [200, 401, 200]
    assert [answer.headers["cache-control"] for answer in answers] == ["private, no-store"] * 3
    assert "cache-control" not in client.get("/public").headers


def test_a_body_that_is_too_large_is_refused_without_the_shell(
    client: Client, ada: dict[str, str], outside: Outside
) -> None:
    headers = {**ada, "Content-Type": "application/json"}

    response = client.post("/analytics/api/events", content=b" " * 17_000_000, headers=headers)

    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")
    assert outside.sent == []


def test_what_is_not_ours_is_left_to_the_app(make_roost: MakeRoost) -> None:
    def own(_: AnyRequest, error: LookupError) -> Response[str]:
        return Response(f"own answer: {error}", status_code=500)

    app = Litestar(
        HANDLERS,
        dependencies={"tenant": HostTenant.provider()},
        exception_handlers={LookupError: own},
        plugins=[make_roost("/analytics")],
        logging_config=None,
    )

    with TestClient(app) as client:
        assert client.get("/broken").text == "own answer: the host's own mistake"
        assert client.get("/nothing").json()["detail"] == "Not Found"


def test_the_apps_own_document_is_left_alone(client: Client) -> None:
    document = client.get("/schema/openapi.json").json()

    assert "/team" in document["paths"]
    assert not any(path.startswith("/analytics") for path in document["paths"])
    assert "securitySchemes" not in document["components"]


def test_an_app_without_a_document_has_the_routes_all_the_same(
    make_roost: MakeRoost, ada: dict[str, str]
) -> None:
    app = Litestar(plugins=[make_roost("/analytics")], logging_config=None, openapi_config=None)

    with TestClient(app) as client:
        assert client.get("/analytics/api/me", headers=ada).status_code == 200


def test_a_web_socket_takes_a_cookie_from_the_own_pages_alone(
    client: Client, issuer: Issuer
) -> None:
    # A browser sends its cookies along whatever page opens the socket.
    cookie = {"Cookie": f"__session={issuer.issue()}"}

    with client.websocket_connect("/live", headers={**cookie, "Origin": ORIGIN}) as socket:
        assert socket.receive_text() == "open"
    foreign = client.websocket_connect("/live", headers={**cookie, "Origin": "https://x.example"})
    with pytest.raises(WebSocketDisconnect), foreign:
        raise AssertionError("it was opened")
