"""The ready line: what can be opened, and who may call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from devstack.stack.announcement import ready_line
from devstack.stack.project import Project

PAGES = Project(Path(), Path(), Path(), app="serve", policy="")
API = replace(PAGES, opens=("/docs", "/api/analytics/event_types"))
URL = "http://127.0.0.1:8000"
OWN = {"CLERK_AUTHORIZED_PARTIES": "http://127.0.0.1:8000,http://localhost:8000"}
OTHERS = {"CLERK_AUTHORIZED_PARTIES": "http://127.0.0.1:8000, http://localhost:5173"}


def parts(line: str) -> list[str]:
    """Return the parts of a line that are not the same everywhere."""
    *told, demo, end = line.split("  ")
    assert demo.startswith("sign in as ada@example.com, ")
    assert end == "Ctrl-C ends it."
    return told


def test_an_app_with_pages_is_opened_at_its_address() -> None:
    assert parts(ready_line(PAGES, URL, OWN)) == ["Ready: http://127.0.0.1:8000"]


def test_an_api_names_what_can_be_opened_and_how_another_origin_calls_it() -> None:
    assert parts(ready_line(API, URL, OWN)) == [
        "Ready: http://127.0.0.1:8000/docs, http://127.0.0.1:8000/api/analytics/event_types",
        "an app on another origin may call it once CLERK_AUTHORIZED_PARTIES names that",
    ]


def test_the_origins_that_may_call_are_named() -> None:
    for project in (PAGES, API):
        assert parts(ready_line(project, URL, OTHERS))[1:] == [
            "apps on http://localhost:5173 may call it"
        ]


def test_the_page_of_the_mails_is_named() -> None:
    environ = {**OWN, "CLERK_PROXY_URL": "http://127.0.0.1:7190"}

    assert parts(ready_line(PAGES, URL, environ))[1:] == ["mails at http://127.0.0.1:7190/mails"]


def test_the_page_of_the_data_is_named() -> None:
    line = ready_line(PAGES, URL, OWN, "http://127.0.0.1:7181/data?key=k")

    assert parts(line)[1:] == ["data at http://127.0.0.1:7181/data?key=k"]
