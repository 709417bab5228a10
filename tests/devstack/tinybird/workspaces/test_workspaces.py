"""Workspaces over the API: read by their owner and their admin, deleted by their name."""

from ..tinybird_server import Server


def test_a_workspace_is_read_with_its_token_and_deleted_by_its_name(rich: Server) -> None:
    with rich.client(rich.identity.derived_token("user")) as user:
        made = user.post("/v1/workspaces", data={"name": "visiting"}).json()
        url = f"/v1/workspaces/{made['id']}"
        plain = user.get(url).json()
        read = user.get(url, params={"with_token": "true"}).json()
        kept = [
            user.delete(url).status_code,
            user.delete(url, params={"confirmation": "another"}).status_code,
        ]
        with rich.client(made["token"]) as member, rich.client() as other:
            own, others = member.get(url).json(), other.get(url).status_code
        deleted = user.delete(url, params={"confirmation": "visiting"})
        gone = user.get(url)

    assert read == made | {"main": None}
    assert plain == own == {"id": made["id"], "name": "visiting", "main": None}
    assert (kept, others) == ([400, 400], 403)
    assert (deleted.status_code, gone.status_code) == (200, 404)


def test_a_quarantine_is_truncated_by_its_name(rich: Server) -> None:
    with rich.client() as client:
        client.post("/v0/events?name=streamed&wait=true", content="[]").raise_for_status()
        before = rich.count("streamed_quarantine")
        truncated = client.post("/v0/datasources/streamed_quarantine/truncate")
        missing = client.post("/v0/datasources/gone_quarantine/truncate")

    assert before > 0
    assert (truncated.status_code, missing.status_code) == (205, 404)
    assert rich.count("streamed_quarantine") == 0


def test_bare_sql_is_no_form_because_it_compares(built: Server) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    bare = "SELECT count() AS n FROM events WHERE event = 'login' FORMAT JSON"
    with built.client() as client:
        answers = [
            client.post("/v0/sql", content=bare, headers=form),
            client.post("/v0/sql", content=f"\n{bare}", headers=form),
            client.post("/v0/sql", content=f"q={bare}", headers=form),
            client.post("/v0/sql", data={"q": bare}),
        ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({str(answer.json()["data"]) for answer in answers}) == 1


def test_what_depends_on_a_datasource_is_what_materializations_fill_from_it(
    built: Server,
) -> None:
    with built.client() as client:
        fed = client.get("/v0/dependencies", params={"datasource": "events"})
        other = client.get("/v0/dependencies", params={"pipe": "daily"})
        version = client.get("/version")

    assert fed.json() == {
        "dependencies": {"events_daily": ["daily"]},
        "incompatible_datasources": {},
    }
    assert other.status_code == 501
    assert version.text.startswith("embedded, ClickHouse 25.8")
