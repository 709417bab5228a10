from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, params
from fastapi.testclient import TestClient
from pydantic import BaseModel
from roost.fastapi import CallerDep, Roost, TenantDep, require_permission, require_role
from roost.fastapi.dependencies import caller_from, session_from, tenant_from

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


class Report(BaseModel):
    """What the owner's route answers with."""

    number: int


async def nobody() -> None:
    """Ask for nobody."""


async def own_session(session: Annotated[object, Depends(session_from)]) -> object:
    """Pass the session on: a dependency of the owner's."""
    return session


def document(client: TestClient, root: str = "") -> Json:
    return client.get(f"{root}/api/openapi.json").json()


async def report() -> str:
    """Show a report."""
    return "report"


@pytest.mark.parametrize("root", ["", "/analytics"])
def test_the_products_part_is_the_librarys(
    browser: TestClient, client: TestClient, root: str
) -> None:
    answer = (client if root else browser).get(f"{root}/api/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.content == products_document(root)


def test_a_title_that_the_owner_gives_is_the_documents(roost: Roost) -> None:
    titled = TestClient(roost.app(title="Zürich"), base_url=ORIGIN)

    assert document(titled)["info"]["title"] == "Zürich"


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        (Depends(nobody), NOBODY),
        (Depends(caller_from), CALLER),
        (Depends(session_from), SESSION),
        (Depends(own_session), SESSION),
        (Depends(tenant_from), TENANT),
        (Depends(require_role("org:admin")), TENANT),
        (Depends(require_permission("org:analytics:manage")), TENANT),
    ],
)
def test_a_route_is_listed_with_what_it_asks_for(
    app: FastAPI, browser: TestClient, dependency: params.Depends, expected: object
) -> None:
    app.add_api_route("/api/report", report, dependencies=[dependency])

    found = document(browser)

    operation = found["paths"]["/api/report"]["get"]
    assert asked(operation) == expected
    assert operation["description"] == "Show a report."
    assert products_part(found, "/api/report") == products_document()


def test_of_several_dependencies_the_strictest_counts(app: FastAPI, browser: TestClient) -> None:
    @app.get("/api/report")
    async def report(caller: CallerDep, tenant: TenantDep) -> str:
        return tenant.id

    assert asked(document(browser)["paths"]["/api/report"]["get"]) == TENANT


def test_a_change_may_be_refused_because_of_where_it_comes_from(
    app: FastAPI, browser: TestClient
) -> None:
    for method in ("get", "delete", "put"):
        app.add_api_route(
            "/api/report", report, methods=[method], dependencies=[Depends(tenant_from)]
        )

    item = document(browser)["paths"]["/api/report"]

    assert {method: asked(operation) for method, operation in item.items()} == {
        "get": TENANT,
        "delete": CHANGES,
        "put": CHANGES,
    }


def test_what_a_router_asks_for_counts_for_its_routes(app: FastAPI, browser: TestClient) -> None:
    inner = APIRouter(prefix="/latest")
    inner.add_api_route("/report", report)
    outer = APIRouter(prefix="/api/reports", dependencies=[Depends(session_from)])
    outer.include_router(inner)
    outer.add_api_route("/hidden", report, include_in_schema=False)
    app.include_router(outer)

    paths = document(browser)["paths"]

    assert asked(paths["/api/reports/latest/report"]["get"]) == SESSION
    assert "/api/reports/hidden" not in paths


def test_what_cannot_be_read_is_400_in_the_document_too(app: FastAPI, browser: TestClient) -> None:
    @app.get("/api/reports/{number}")
    async def report(number: int, tenant: TenantDep, version: Annotated[int, Header()]) -> Report:
        return Report(number=number)

    found = document(browser)

    operation = found["paths"]["/api/reports/{number}"]["get"]
    assert asked(operation) == (TENANT[0], {"400": ["request-invalid"], **TENANT[1]})
    assert operation["parameters"][0]["schema"] == {"type": "integer", "title": "Number"}
    assert found["components"]["schemas"].keys() == {"Refusal", "Report"}


def test_what_the_owner_declares_stays(app: FastAPI, browser: TestClient) -> None:
    @app.get(
        "/api/report",
        responses={403: {"description": "Not today"}, 422: {"description": "Odd"}},
        openapi_extra={"security": [{"session_token": []}]},
    )
    async def report(number: int, tenant: TenantDep) -> None: ...

    operation = document(browser)["paths"]["/api/report"]["get"]

    assert operation["security"] == [{"session_token": []}]
    assert operation["responses"]["403"] == {"description": "Not today"}
    assert operation["responses"]["422"] == {"description": "Odd"}
    assert list(operation["responses"]) == ["200", "401", "403", "409", "422", "503"]


def test_every_operation_has_an_id_of_its_own(app: FastAPI, browser: TestClient) -> None:
    app.add_api_route("/api/mine", report, operation_id="events")

    ids = operation_ids(document(browser))

    assert len(set(ids)) == len(ids)
    assert {"events", "events_get"} <= set(ids)


def test_a_mounted_product_lists_its_own_routes_only(host: FastAPI, client: TestClient) -> None:
    host.add_api_route("/api/report", report, dependencies=[Depends(tenant_from)])

    assert products_part(document(client, "/analytics")) == products_document("/analytics")


def test_the_product_knows_what_the_server_is_mounted_under(app: FastAPI) -> None:
    client = TestClient(app, base_url=ORIGIN, root_path="/deep")

    assert client.get("/deep/api/openapi.json").content == products_document("/deep")


def test_the_app_describes_itself_to_its_own_code(app: FastAPI, roost: Roost) -> None:
    app.add_api_route("/api/report", report, dependencies=[Depends(tenant_from)])

    assert asked(app.openapi()["paths"]["/api/report"]["get"]) == TENANT
