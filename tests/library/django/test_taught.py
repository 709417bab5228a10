from __future__ import annotations

from pathlib import Path
from types import ModuleType

import httpx2
from django.test import override_settings
from django.urls import include, path

from ..described import TENANT, asked
from ..rooms import Bearer, Headers
from ..taught import check_answers, check_document, run_page


def test_the_page_teaches_what_is_so(client: httpx2.Client, bearer: Bearer, tmp_path: Path) -> None:
    views = run_page("django", tmp_path)
    urls = ModuleType("urls")
    urls.__dict__["urlpatterns"] = [
        *(path(f"api/{name}", views[name]) for name in ("plans", "welcome", "profile")),
        path("api/reports/<int:number>", views["report"]),
        path("api/reports/<int:number>/delete", views["delete_report"]),
        path("api/busiest", views["busiest"]),
        path("api/secret", views["secret"]),
        path("api/members", views["Members"].as_view()),
        path("", include("roost.django.urls")),
    ]
    delete = ("/api/reports/{number}/delete", "post")

    def ask(method: str, path: str, headers: Headers) -> int:
        return client.request(method, path, headers=headers).status_code

    with override_settings(ROOT_URLCONF=urls):
        document = client.get("/api/openapi.json").json()
        check_document(document, delete)
        check_answers(ask, bearer, delete)
    assert asked(document["paths"]["/api/members"]["get"]) == TENANT
