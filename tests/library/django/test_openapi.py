from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import httpx2
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import FormView, TemplateView
from roost.django.decorators import (
    clerk_permission_required,
    role_required,
    session_optional,
    session_required,
    tenant_required,
)
from roost.django.mixins import ClerkRequiredMixin
from roost.django.problems import require_method

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
from .conftest import Ask

Decorator = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]
Describe = Callable[..., Json]


def report(request: HttpRequest, **_: object) -> HttpResponse:
    """Show a report.

    As of today.
    """
    return HttpResponse("report")


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return view


@pytest.fixture
def describe(client: httpx2.Client) -> Describe:
    """A function that returns the document of a project with routes of its own."""

    def ask(*routes: URLPattern | URLResolver) -> Json:
        urls = ModuleType("urls")
        urls.__dict__["urlpatterns"] = [*routes, path("", include("roost.django.urls"))]
        with override_settings(ROOT_URLCONF=urls):
            return client.get("/api/openapi.json").json()

    return ask


def test_the_products_part_is_the_librarys(client: httpx2.Client) -> None:
    answer = client.get("/api/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert asked(answer.json()["paths"]["/api/hello"]["get"]) == TENANT
    assert products_part(answer.json(), "/api/hello") == products_document()


def test_a_project_without_routes_of_its_own_has_the_products(describe: Describe) -> None:
    assert products_part(describe()) == products_document()


def test_a_mounted_product_lists_its_own_routes_only(ask: Ask) -> None:
    document = ask("/analytics/api/openapi.json")

    assert document.content == products_document("/analytics")


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        (open_to_all, NOBODY),
        (session_optional, CALLER),
        (session_required, SESSION),
        (tenant_required, TENANT),
        (role_required("org:admin"), TENANT),
        (clerk_permission_required("org:analytics:manage"), TENANT),
    ],
)
def test_a_view_is_listed_with_what_it_asks_for(
    describe: Describe, decorator: Decorator, expected: object
) -> None:
    found = describe(path("api/report", decorator(report)))

    operation = found["paths"]["/api/report"]["get"]
    assert asked(operation) == expected
    assert (operation["summary"], operation["description"]) == ("Show a report", "As of today.")
    assert products_part(found, "/api/report") == products_document()


def test_of_several_decorators_the_strictest_counts(describe: Describe) -> None:
    found = describe(path("api/report", session_optional(tenant_required(report))))

    assert asked(found["paths"]["/api/report"]["get"]) == TENANT


@pytest.mark.parametrize(
    "view",
    [
        tenant_required(require_method("POST")(report)),
        require_method("POST")(tenant_required(report)),
    ],
)
def test_a_change_may_be_refused_because_of_where_it_comes_from(
    describe: Describe, view: Callable[..., HttpResponse]
) -> None:
    item = describe(path("api/report", view))["paths"]["/api/report"]

    assert {method: asked(operation) for method, operation in item.items()} == {"post": CHANGES}


class Reports(View):
    """Reports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        return HttpResponse()

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


class OfATenant(ClerkRequiredMixin, Reports):
    pass


class OfATenantLast(Reports, ClerkRequiredMixin):
    pass


@method_decorator(session_required, name="dispatch")
class OfASession(Reports):
    pass


class OfAPoster(Reports):
    @method_decorator(tenant_required)
    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse()


def test_a_class_is_listed_with_what_it_asks_for(describe: Describe) -> None:
    views = {
        "nobody": Reports.as_view(),
        "mixin": OfATenant.as_view(role="org:admin"),
        "mixin-last": OfATenantLast.as_view(),
        "around": tenant_required(Reports.as_view()),
        "dispatch": OfASession.as_view(),
        "method": OfAPoster.as_view(),
    }

    paths = describe(*(path(f"api/{name}", view) for name, view in views.items()))["paths"]

    session_changes = (SESSION[0], {**SESSION[1], "403": ["origin-forbidden"]})
    found = {name: [asked(paths[f"/api/{name}"][m]) for m in ("get", "post")] for name in views}
    assert found == {
        "nobody": [NOBODY, NOBODY],
        "mixin": [TENANT, CHANGES],
        "mixin-last": [TENANT, CHANGES],
        "around": [TENANT, CHANGES],
        "dispatch": [SESSION, session_changes],
        "method": [NOBODY, CHANGES],
    }


def test_a_class_is_described_by_its_own_words(describe: Describe) -> None:
    class Form(ClerkRequiredMixin, FormView):
        """Ask for a report."""

    class Bare(ClerkRequiredMixin, TemplateView):
        pass

    paths = describe(
        path("api/reports", Reports.as_view()),
        path("api/form", Form.as_view(http_method_names=["get", "post"])),
        path("api/bare", Bare.as_view()),
    )["paths"]

    summaries = {
        name: {method: operation["summary"] for method, operation in paths[name].items()}
        for name in ("/api/reports", "/api/form", "/api/bare")
    }
    assert summaries == {
        "/api/reports": {"get": "List them", "post": "Reports"},
        "/api/form": {"get": "Ask for a report", "post": "Ask for a report"},
        "/api/bare": {"get": "Bare"},
    }


def test_the_parts_of_an_address_have_types(describe: Describe) -> None:
    teams = [
        path("<int:number>/<path:rest>", report),
        re_path(r"^(?P<year>[0-9]{4})/latest$", report),
    ]

    paths = describe(path("api/<slug:team>/", include(teams)))["paths"]

    (operation,) = paths["/api/{team}/{number}/{rest}"].values()
    types = {each["name"]: each["schema"]["type"] for each in operation["parameters"]}
    assert types == {"team": "string", "number": "integer", "rest": "string"}
    assert [path for path in paths if "year" in path] == ["/api/{team}/{year}/latest"]


def test_what_is_not_below_api_is_not_listed(describe: Describe) -> None:
    assert "/help" not in describe(path("help", report))["paths"]


def test_every_operation_has_an_id_of_its_own(describe: Describe) -> None:
    ids = operation_ids(
        describe(
            path("api/both", Reports.as_view(), name="both"),
            # The product's own are called so as well.
            path("api/mine", report, name="events"),
        )
    )

    assert len(set(ids)) == len(ids)
    assert {"both", "both_post", "events", "events_get"} <= set(ids)
