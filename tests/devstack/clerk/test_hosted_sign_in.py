"""The page that `Clerk.redirectToSignIn()` leads to."""

from __future__ import annotations

import pytest

from .running import PASSWORD, Clerk


def _form(redirect_url: str, password: str = PASSWORD) -> dict[str, str]:
    return {"identifier": "ada@example.com", "password": password, "redirect_url": redirect_url}


def test_it_signs_in_and_leads_back(clerk: Clerk) -> None:
    browser = clerk.browser(origin=clerk.url)

    answer = browser.post("/sign-in", _form("http://localhost:8000/reports?a=1"))

    assert answer.status_code == 303
    assert answer.headers["location"] == "http://localhost:8000/reports?a=1"
    assert browser.client()["sessions"][0]["user"]["id"] == "user_local_ada"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://localhost:8000@evil.example/",
        "http://localhost:8000\\@evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "http://[broken",
        "",
    ],
)
def test_it_leads_to_no_foreign_page(clerk: Clerk, target: str) -> None:
    browser = clerk.browser(origin=clerk.url)

    answer = browser.post("/sign-in", _form(target))

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert browser.client()["sessions"] == []


def test_a_wrong_password_shows_the_form_again(clerk: Clerk) -> None:
    answer = clerk.browser().post("/sign-in", _form("http://localhost:8000/", "wrong"))

    assert answer.status_code == 422
    assert "Password is incorrect" in answer.text


def test_it_lists_the_demo_users(clerk: Clerk) -> None:
    page = clerk.browser().get("/sign-in")

    assert page.status_code == 200
    for name in ("Ada Lovelace", "Grace Hopper", "Linus Pauling", "Isaac Newton"):
        assert f"Sign in as {name}" in page.text


def test_what_comes_in_the_query_is_escaped(clerk: Clerk) -> None:
    page = clerk.browser().get("/sign-in", redirect_url='"><script>alert(1)</script>')

    assert "<script>alert" not in page.text


def test_it_needs_a_browser_that_an_app_has_registered(clerk: Clerk) -> None:
    page = clerk.http.get("/sign-in")

    assert page.status_code == 400
    assert "Open this page through the sign-in link of your app." in page.text
