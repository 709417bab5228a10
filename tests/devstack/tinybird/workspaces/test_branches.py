"""Branches over the API: copies of a workspace without its rows, apart from it, deleted alone."""

from ..tinybird_server import Server

EVENT = '{"tenant_id":"t","event":"e","timestamp":"2024-01-01 00:00:00"}'
COUNT = {"q": "SELECT count() AS n FROM events FORMAT JSON"}


def test_a_branch_has_the_resources_and_no_rows_and_keeps_its_own(rich: Server) -> None:
    before = rich.count("events")
    with rich.client() as main:
        made = main.post("/v1/environments", params={"name": "feature"}).json()
        job = main.get(f"/v0/jobs/{made['job']['id']}").json()
        read = main.get("/v0/environments/feature", params={"with_token": "true"}).json()
        with rich.client(read["token"]) as branch:
            empty = branch.get("/v0/sql", params=COUNT).json()["data"]
            branch.post("/v0/events?name=events&wait=true", content=EVENT).raise_for_status()
            own = branch.get("/v0/sql", params=COUNT).json()["data"]
            about = branch.get("/v1/workspace").json()
            nested = branch.post("/v1/environments", params={"name": "deeper"}).status_code
        main.delete(f"/v0/environments/{read['id']}").raise_for_status()

    assert (job["status"], made["workspace"]["id"]) == ("done", read["id"])
    assert (read["name"], read["main"]) == ("feature", rich.identity.workspace_id)
    assert (empty, own, rich.count("events")) == ([{"n": 0}], [{"n": 1}], before)
    assert (about["id"], about["main"]) == (read["id"], rich.identity.workspace_id)
    assert nested == 403


def test_branches_are_listed_apart_from_workspaces_and_by_one_name_once(rich: Server) -> None:
    with rich.client() as main, rich.client(rich.identity.derived_token("user")) as user:
        made = main.post("/v1/environments", params={"name": "listed"}).json()["workspace"]
        again = main.post("/v1/environments", params={"name": "listed"})
        listed = main.get("/v1/environments").json()["environments"]
        workspaces = user.get("/v1/user/workspaces").json()["workspaces"]
        main.delete(f"/v0/environments/{made['id']}").raise_for_status()
        left = main.get("/v1/environments").json()["environments"]
        gone = main.get("/v0/environments/listed")

    assert listed == [made | {"main": rich.identity.workspace_id}]
    assert made["id"] not in [workspace["id"] for workspace in workspaces]
    assert (again.status_code, gone.status_code, left) == (409, 404, [])


def test_a_branch_goes_with_its_workspace_and_is_of_no_other(rich: Server) -> None:
    with rich.client(rich.identity.derived_token("user")) as user, rich.client() as other:
        parent = user.post("/v1/workspaces", data={"name": "parent"}).json()
        with rich.client(parent["token"]) as main:
            branch = main.post("/v1/environments", params={"name": "child"}).json()["workspace"]
        refused = other.get(f"/v0/environments/{branch['id']}").status_code
        user.delete(f"/v1/workspaces/{parent['id']}", params={"confirmation": "parent"})
        gone = user.get(f"/v1/workspaces/{branch['id']}").status_code

    assert (refused, gone) == (404, 404)


def test_a_branch_with_rows_of_its_workspace_is_not_emulated(built: Server) -> None:
    with built.client() as main:
        asked = {"name": "filled", "last_partition": "1"}
        answer = main.post("/v1/environments", params=asked)
        listed = main.get("/v1/environments").json()
        nameless = main.post("/v1/environments")

    said = "The embedded Tinybird does not emulate copying rows into a branch."
    assert (answer.status_code, answer.json()["error"]) == (501, said)
    assert (listed, nameless.status_code) == ({"environments": []}, 400)


def test_branches_need_an_admin_token(built: Server) -> None:
    with built.client(built.identity.public_token) as client:
        answers = [
            client.get("/v1/environments"),
            client.post("/v1/environments", params={"name": "mine"}),
            client.get("/v0/environments/mine?with_token=true"),
        ]

    assert [answer.status_code for answer in answers] == [403] * 3
