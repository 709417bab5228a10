from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from roost.flask import (
    permission_required,
    role_required,
    session_optional,
    session_required,
    tenant_required,
)

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

Decorator = Callable[[Callable[..., str]], Callable[..., str]]


def document(client: FlaskClient, root: str = "") -> Json:
    found = client.get(f"{root}/api/openapi.json").json
    assert isinstance(found, dict)
    return found


def report(**_: object) -> str:
    """Show a report.

    As of today.
    """
    return "report"


def open_to_all(view: Callable[..., str]) -> Callable[..., str]:
    return view


@pytest.mark.parametrize("root", ["", "/analytics"])
def test_the_products_part_is_the_librarys(
    browser: FlaskClient, client: FlaskClient, root: str
) -> None:
    answer = (client if root else browser).get(f"{root}/api/openapi.json")

    assert answer.content_type == "application/json"
    assert answer.data == products_document(root)


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        (open_to_all, NOBODY),
        (session_optional, CALLER),
        (session_required, SESSION),
        (tenant_required, TENANT),
        (role_required("org:admin"), TENANT),
        (permission_required("org:analytics:manage"), TENANT),
    ],
)
def test_a_view_is_listed_with_what_it_asks_for(
    app: Flask, browser: FlaskClient, decorator: Decorator, expected: object
) -> None:
    app.add_url_rule("/api/report", view_func=decorator(report))

    found = document(browser)

    operation = found["paths"]["/api/report"]["get"]
    assert asked(operation) == expected
    assert (operation["summary"], operation["description"]) == ("Show a report", "As of today.")
    assert products_part(found, "/api/report") == products_document()


def test_of_several_decorators_the_strictest_counts(app: Flask, browser: FlaskClient) -> None:
    app.add_url_rule("/api/report", view_func=session_optional(tenant_required(report)))

    assert asked(document(browser)["paths"]["/api/report"]["get"]) == TENANT


def test_a_change_may_be_refused_because_of_where_it_comes_from(
    app: Flask, browser: FlaskClient
) -> None:
    methods = ["GET", "DELETE", "PUT"]
    app.add_url_rule("/api/report", view_func=tenant_required(report), methods=methods)

    item = document(browser)["paths"]["/api/report"]

    assert {method: asked(operation) for method, operation in item.items()} == {
        "delete": CHANGES,
        "get": TENANT,
        "put": CHANGES,
    }


def test_the_parts_of_an_address_have_types(app: Flask, browser: FlaskClient) -> None:
    rule = "/api/<string(length=2):language>/<int:number>/<path:rest>"
    app.add_url_rule(rule, view_func=report)

    (operation,) = document(browser)["paths"]["/api/{language}/{number}/{rest}"].values()

    assert operation["parameters"] == [
        {"name": "language", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "rest", "in": "path", "required": True, "schema": {"type": "string"}},
    ]


def test_a_blueprint_is_listed_and_what_is_not_below_api_is_not(
    app: Flask, browser: FlaskClient
) -> None:
    reports = Blueprint("reports", __name__, url_prefix="/api/reports")
    reports.add_url_rule("/latest", view_func=session_required(report))
    app.register_blueprint(reports)
    app.add_url_rule("/help", view_func=report)

    paths = document(browser)["paths"]

    assert asked(paths["/api/reports/latest"]["get"]) == SESSION
    assert "/help" not in paths


def test_the_methods_of_a_class_ask_for_themselves(app: Flask, browser: FlaskClient) -> None:
    class Reports(MethodView):
        """Reports."""

        def get(self) -> str:
            """List them."""
            return ""

        @tenant_required
        def post(self) -> str:
            return ""

    class Guarded(Reports):
        decorators: ClassVar = [session_required]

    app.add_url_rule("/api/reports", view_func=Reports.as_view("reports"))
    app.add_url_rule("/api/guarded", view_func=Guarded.as_view("guarded"))

    paths = document(browser)["paths"]

    reports, guarded = paths["/api/reports"], paths["/api/guarded"]
    assert [reports[method]["summary"] for method in ("get", "post")] == ["List them", "Reports"]
    assert (asked(reports["get"]), asked(reports["post"])) == (NOBODY, CHANGES)
    assert (asked(guarded["get"]), asked(guarded["post"])) == (SESSION, CHANGES)


def test_every_operation_has_an_id_of_its_own(app: Flask, browser: FlaskClient) -> None:
    app.add_url_rule("/api/both", "both", report, methods=["GET", "POST"])
    # The product's own are called so as well.
    app.add_url_rule("/api/mine", "events", report)

    ids = operation_ids(document(browser))

    assert len(set(ids)) == len(ids)
    assert {"both", "both_post", "events", "events_get"} <= set(ids)


def test_a_mounted_product_lists_its_own_routes_only(host: Flask, client: FlaskClient) -> None:
    host.add_url_rule("/api/report", view_func=tenant_required(report))
    host.add_url_rule("/analytics/api/report", "beside", tenant_required(report))

    assert products_part(document(client, "/analytics")) == products_document("/analytics")


def test_a_mounted_product_knows_what_the_server_is_mounted_under(client: FlaskClient) -> None:
    answer = client.get("/analytics/api/openapi.json", environ_overrides={"SCRIPT_NAME": "/deep"})

    assert answer.data == products_document("/deep/analytics")
