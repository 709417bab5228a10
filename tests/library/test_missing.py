"""An address where nothing is: a page for people, a problem document for programs."""

from __future__ import annotations

import pytest
from roost.errors import AppError
from roost.http.missing import Asked, encode_refusal

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JSON, PAGE = "application/problem+json", "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing", BROWSER, PAGE),
        ("/apiary", "Text/HTML", PAGE),
        ("/nothing", "*/*", JSON),
        ("/nothing", "application/json", JSON),
        ("/nothing", None, JSON),
        ("/api", BROWSER, JSON),
        ("/api/nothing", BROWSER, JSON),
        ("/static/nothing.js", BROWSER, JSON),
    ],
)
def test_who_follows_a_link_gets_a_page_and_the_api_never_is_one(
    path: str, accept: str | None, kind: str
) -> None:
    asked = Asked("", path, accept)

    assert encode_refusal(AppError("not-found"), asked, "Sample", has_pages=True)[1] == kind


def test_another_refusal_stays_a_problem_document() -> None:
    asked = Asked("", "/nothing", BROWSER)

    body, kind = encode_refusal(AppError("method-not-allowed"), asked, "Sample", has_pages=True)

    assert (kind, b'"code":"method-not-allowed"' in body) == (JSON, True)


def test_the_page_leads_to_the_start_page_below_the_prefix_and_escapes() -> None:
    asked = Asked("/analytics", "/nothing", BROWSER)

    body, _ = encode_refusal(AppError("not-found"), asked, "<Sample>", has_pages=True)

    page = body.decode()
    assert '<a href="/analytics/">Go to the start page</a>' in page
    assert "<title>Not found · &lt;Sample&gt;</title>" in page
    assert "/nothing" not in page


def test_without_pages_it_leads_nowhere() -> None:
    asked = Asked("", "/nothing", BROWSER)

    body, _ = encode_refusal(AppError("not-found"), asked, "Sample", has_pages=False)

    assert b'href="/' not in body
