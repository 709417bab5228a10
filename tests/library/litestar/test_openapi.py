from __future__ import annotations

from typing import cast

import pytest
from litestar import Controller, Litestar, Router, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath
from litestar.testing import TestClient
from litestar.types import ASGIApp, ControllerRouterHandler, Guard
from roost.litestar import (
    Caller,
    Session,
    Tenant,
    requires_permission,
    requires_role,
    requires_session,
    requires_tenant,
)
from roost.litestar.dependencies import AnyRequest

from ..described import (
    CALLER,
    CHANGES,
    NOBODY,
    SESSION,
    TENANT,
    Json,
    asked,
    operation_ids,
    products_document,
    products_part,
)
from ..rooms import ORIGIN
from .conftest import MakeRoost


@get("/api/report", sync_to_thread=False)
def of_nobody() -> str:
    """Show a report."""
    return ""


@get("/api/report", sync_to_thread=False)
def of_a_caller(caller: NamedDependency[Caller]) -> bool:
    """Show a report."""
    return caller.is_signed_in


@get("/api/report", sync_to_thread=False)
def of_a_session(session: NamedDependency[Session]) -> str:
    """Show a report."""
    return session.user_id


@get("/api/report", sync_to_thread=False)
def of_a_tenant(caller: NamedDependency[Caller], tenant: NamedDependency[Tenant]) -> str:
    """Show a report."""
    return tenant.id if caller.is_signed_in else ""


def provide_name(session: NamedDependency[Session]) -> str:
    return session.user_id


def provide_greeting(name: NamedDependency[str]) -> str:
    return f"Hello {name}"


@get(
    "/api/report",
    dependencies={
        "name": Provide(provide_name, sync_to_thread=False),
        "greeting": Provide(provide_greeting, sync_to_thread=False),
    },
    sync_to_thread=False,
)
def of_a_greeting(greeting: NamedDependency[str]) -> str:
    """Show a report."""
    return greeting


def guarded(guard: Guard) -> ControllerRouterHandler:
    @get("/api/report", guards=[guard], sync_to_thread=False)
    def report() -> str:
        """Show a report."""
        return ""

    return report


def document(make_roost: MakeRoost, *handlers: ControllerRouterHandler) -> Json:
    app = make_roost().app(route_handlers=handlers)
    client = TestClient(cast("ASGIApp", app), base_url=ORIGIN)
    return client.get("/api/openapi.json").json()


def test_the_products_part_is_the_librarys(
    make_roost: MakeRoost, client: TestClient[Litestar]
) -> None:
    app = TestClient(cast("ASGIApp", make_roost().app()), base_url=ORIGIN)

    answer = app.get("/api/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.content == products_document()
    mounted = client.get("/analytics/api/openapi.json").content
    assert mounted == products_document("/analytics")


def test_a_title_that_the_owner_gives_is_the_documents(make_roost: MakeRoost) -> None:
    app = make_roost().app(openapi_config=OpenAPIConfig(title="Zürich", version="1"))
    client = TestClient(cast("ASGIApp", app), base_url=ORIGIN)

    assert client.get("/api/openapi.json").json()["info"]["title"] == "Zürich"


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (of_nobody, NOBODY),
        (of_a_caller, CALLER),
        (of_a_session, SESSION),
        (of_a_tenant, TENANT),
        (of_a_greeting, SESSION),
        (guarded(requires_session), SESSION),
        (guarded(requires_tenant), TENANT),
        (guarded(requires_role("org:admin")), TENANT),
        (guarded(requires_permission("org:analytics:manage")), TENANT),
    ],
)
def test_a_route_is_listed_with_what_it_asks_for(
    make_roost: MakeRoost, handler: ControllerRouterHandler, expected: object
) -> None:
    found = document(make_roost, handler)

    assert asked(found["paths"]["/api/report"]["get"]) == expected
    assert products_part(found, "/api/report") == products_document()


def test_a_change_may_be_refused_because_of_where_it_comes_from(make_roost: MakeRoost) -> None:
    @delete("/api/report", guards=[requires_tenant], sync_to_thread=False)
    def removed() -> None: ...

    @put("/api/report", guards=[requires_tenant], sync_to_thread=False)
    def replaced() -> None: ...

    item = document(make_roost, of_a_tenant, removed, replaced)["paths"]["/api/report"]

    assert {method: asked(operation) for method, operation in item.items()} == {
        "delete": CHANGES,
        "get": TENANT,
        "put": CHANGES,
    }


def test_what_a_controller_or_a_router_requires_counts_for_its_routes(
    make_roost: MakeRoost,
) -> None:
    class Reports(Controller):
        path = "/reports"
        guards = (requires_session,)

        @get("/{number:int}", sync_to_thread=False)
        def one(self, number: FromPath[int]) -> int:
            """Show one."""
            return number

        @post("/", guards=[requires_role("org:admin")], sync_to_thread=False)
        def add(self) -> None: ...

        @get("/hidden", include_in_schema=False, sync_to_thread=False)
        def hidden(self) -> None: ...

    strict = Router("/api/strict", guards=[requires_tenant], route_handlers=[Reports])

    paths = document(make_roost, strict, Router("/api", route_handlers=[Reports]))["paths"]

    invalid = {"400": ["request-invalid"]}
    assert asked(paths["/api/reports/{number}"]["get"]) == (SESSION[0], {**invalid, **SESSION[1]})
    assert asked(paths["/api/reports"]["post"]) == CHANGES
    assert asked(paths["/api/strict/reports/{number}"]["get"])[1].keys() >= {"401", "403"}
    assert "/api/reports/hidden" not in paths


def test_the_parts_of_an_address_have_types(make_roost: MakeRoost) -> None:
    @get("/api/{language:str}/{number:int}", sync_to_thread=False)
    def report(language: FromPath[str], number: FromPath[int]) -> None: ...

    (operation,) = document(make_roost, report)["paths"]["/api/{language}/{number}"].values()

    types = {each["name"]: each["schema"]["type"] for each in operation["parameters"]}
    assert types == {"language": "string", "number": "integer"}


def test_what_the_owner_declares_stays(make_roost: MakeRoost) -> None:
    @get("/api/report", security=[{"session_token": []}], sync_to_thread=False)
    def report(tenant: NamedDependency[Tenant]) -> str:
        return tenant.id

    operation = document(make_roost, report)["paths"]["/api/report"]["get"]

    assert operation["security"] == [{"session_token": []}]


def test_a_tenant_of_the_apps_own_asks_for_nobody(make_roost: MakeRoost) -> None:
    def own() -> str:
        return "mine"

    provided = Provide(own, sync_to_thread=False)

    @get("/api/report", dependencies={"tenant": provided}, sync_to_thread=False)
    def report(tenant: NamedDependency[str]) -> str:
        return tenant

    assert asked(document(make_roost, report)["paths"]["/api/report"]["get"]) == NOBODY


def test_every_operation_has_an_id_of_its_own(make_roost: MakeRoost) -> None:
    @get("/api/mine", operation_id="events", sync_to_thread=False)
    def mine(request: AnyRequest) -> None: ...

    ids = operation_ids(document(make_roost, mine))

    assert len(set(ids)) == len(ids)
    assert {"events", "events_get"} <= set(ids)


def test_a_mounted_product_lists_its_own_routes_only(make_roost: MakeRoost) -> None:
    plugins = [make_roost("/analytics")]
    host = Litestar([of_a_tenant], plugins=plugins, logging_config=None)

    found = TestClient(host).get("/analytics/api/openapi.json").json()

    assert products_part(found) == products_document("/analytics")


def test_the_product_knows_what_the_server_is_mounted_under(make_roost: MakeRoost) -> None:
    app = cast("ASGIApp", make_roost().app())
    client = TestClient(app, base_url=ORIGIN, root_path="/deep")

    assert client.get("/deep/api/openapi.json").content == products_document("/deep")


def test_an_app_that_describes_nothing_of_its_own_has_the_products_document(
    make_roost: MakeRoost,
) -> None:
    app = make_roost().app(openapi_config=None, route_handlers=[of_a_tenant])
    client = TestClient(cast("ASGIApp", app), base_url=ORIGIN)

    assert client.get("/api/openapi.json").content == products_document()
