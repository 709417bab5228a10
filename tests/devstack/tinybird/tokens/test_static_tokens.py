"""Static tokens over the API: made once, changed in place, in the shape that clients know."""

import base64
import json

from ..tinybird_server import Server

CLI = "admin local_testing@tinybird.co"


def test_every_workspace_has_the_admin_token_of_the_cli_by_name_and_id(built: Server) -> None:
    with built.client() as client:
        by_name = client.get(f"/v0/tokens/{CLI}").json()
        by_id = client.get(f"/v0/tokens/{by_name['id']}").json()
        kept = [
            client.delete(f"/v0/tokens/{CLI}").status_code,
            client.post(f"/v0/tokens/{CLI}/refresh").status_code,
            client.put(f"/v0/tokens/{CLI}?scope=TOKENS").status_code,
            client.post("/v0/tokens", params={"name": CLI, "scope": "TOKENS"}).status_code,
        ]

    assert (by_name["name"], by_name["scopes"]) == (CLI, [{"type": "ADMIN"}])
    assert by_id == by_name
    assert kept == [400, 400, 400, 409]
    with built.client(by_name["token"]) as client:
        assert client.get("/v0/datasources").status_code == 200


def test_a_static_token_tells_its_workspace_and_id_and_that_it_is_local(built: Server) -> None:
    with built.client() as client:
        token = client.get(f"/v0/tokens/{CLI}").json()

    start, claims, signature = token["token"].split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    workspace_id = built.identity.workspace_id
    assert decoded == {"u": workspace_id, "id": token["id"], "host": "local"}
    assert (start, len(signature)) == ("p", 43)


def test_a_token_is_changed_in_place_and_its_name_is_taken(rich: Server) -> None:
    with rich.client() as client:
        made = client.post("/v0/tokens", data={"name": "made", "scope": "PIPES:READ:names"})
        again = client.post("/v0/tokens", params={"name": "made", "scope": "TOKENS"})
        changed = client.put("/v0/tokens/made?scope=DATASOURCES:READ:events", content="")
        renamed = client.put(
            "/v0/tokens/made",
            data={"name": "other", "scope": "PIPES:READ:names", "description": "Of a test"},
        )
        listed = [token["name"] for token in client.get("/v0/tokens").json()["tokens"]]
        bare = client.put("/v0/tokens/other")
        taken = client.put("/v0/tokens/other", data={"name": CLI, "scope": "TOKENS"})
        client.delete("/v0/tokens/other").raise_for_status()
        gone = client.put("/v0/tokens/other", data={"scope": "TOKENS"})

    read_events = [{"type": "DATASOURCES:READ", "resource": "events", "filter": ""}]
    assert (again.status_code, taken.status_code) == (409, 409)
    assert again.json()["error"] == "Token with name 'made' already exists"
    assert changed.json() == made.json() | {"scopes": read_events}
    assert renamed.json() == made.json() | {"name": "other", "description": "Of a test"}
    assert "other" in listed
    assert "made" not in listed
    assert (bare.status_code, gone.status_code) == (400, 404)


def test_a_token_without_the_scope_changes_no_token(built: Server) -> None:
    tokens = [built.identity.public_token, built.identity.ingest_token]
    tokens.append(built.jwt({"type": "PIPES:READ", "resource": "names"}))

    for token in tokens:
        with built.client(token) as client:
            answer = client.put("/v0/tokens/app_public", data={"scope": "ADMIN"})

        assert answer.status_code == 403


def test_a_token_of_env_local_keeps_its_name_and_value(built: Server) -> None:
    with built.client() as client:
        renamed = client.put("/v0/tokens/app_public", data={"scope": "TOKENS", "name": "mine"})
        refreshed = client.post("/v0/tokens/app_public/refresh")

    assert (renamed.status_code, refreshed.status_code) == (400, 400)
    assert "comes from .env.local" in renamed.json()["error"]
