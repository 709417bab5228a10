"""Creating an account: a code by mail, and what is kept of a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .running import APP_ORIGIN, Browser, Clerk, error_code

_MARIE = {"email_address": "marie@example.com", "password": "radium and polonium"}


def start(browser: Browser, form: dict[str, str] = _MARIE) -> str:
    """Begin to create an account, have the code sent, and return the attempt's address."""
    begun = browser.post("/v1/client/sign_ups", form).json()["response"]
    path = f"/v1/client/sign_ups/{begun['id']}"
    browser.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    return path


def code_of(clerk: Clerk) -> str:
    """Read the newest code on the page of mails."""
    page = clerk.http.get("/mails").text
    return page.partition('<p class="code">')[2].partition("<")[0]


def test_the_code_of_the_mail_makes_the_account_and_signs_in(clerk: Clerk) -> None:
    browser = clerk.browser()

    path = start(browser)
    done = browser.post(f"{path}/attempt_verification", {"code": code_of(clerk)}).json()

    assert done["response"]["status"] == "complete"
    (session,) = done["client"]["sessions"]
    assert session["id"] == done["response"]["created_session_id"]
    assert session["user"]["email_addresses"][0]["email_address"] == "marie@example.com"
    # Without an organization there is none to be active in: Clerk asks for one.
    assert session["status"] == "pending"


def test_the_account_signs_in_with_its_password_alone(clerk: Clerk) -> None:
    browser = clerk.browser()
    path = start(browser)
    browser.post(f"{path}/attempt_verification", {"code": code_of(clerk)})

    right = clerk.browser().sign_in("marie@example.com", "radium and polonium")
    form = {"identifier": "marie@example.com", "strategy": "password", "password": "radium"}
    wrong = clerk.browser().post("/v1/client/sign_ins", form)

    assert right["user"]["id"].startswith("user_local_")
    assert error_code(wrong) == "form_password_incorrect"


def test_without_the_code_there_is_no_account(clerk: Clerk) -> None:
    browser = clerk.browser()
    path = start(browser)
    wrong = f"{(int(code_of(clerk)) + 1) % 10**6:06}"

    refusal = browser.post(f"{path}/attempt_verification", {"code": wrong})

    assert (refusal.status_code, error_code(refusal)) == (422, "form_code_incorrect")
    assert browser.client()["sessions"] == []
    assert len(clerk.backend("GET", "/v1/users").json()) == 4


def test_a_code_lasts_ten_minutes(clerk: Clerk) -> None:
    browser = clerk.browser()
    path = start(browser)
    code = code_of(clerk)
    clerk.clock.now += 600

    refusal = browser.post(f"{path}/attempt_verification", {"code": code})

    assert error_code(refusal) == "verification_expired"


def test_another_address_needs_a_code_of_its_own(clerk: Clerk) -> None:
    browser = clerk.browser()
    path = start(browser)
    code = code_of(clerk)

    browser.post(path, {"email_address": "pierre@example.com"}, _method="PATCH")
    refusal = browser.post(f"{path}/attempt_verification", {"code": code})

    assert error_code(refusal) == "verification_expired"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"email_address": "ADA@example.com"}, "form_identifier_exists"),
        ({"email_address": "marie"}, "form_param_format_invalid"),
        ({"password": "7 chars"}, "form_password_length_too_short"),
        ({"strategy": "oauth_google"}, "not_emulated"),
        ({"strategy": "ticket", "ticket": "ticket_local_none"}, "ticket_invalid_code"),
    ],
)
def test_what_cannot_be_is_refused(clerk: Clerk, form: dict[str, str], code: str) -> None:
    refusal = clerk.browser().post("/v1/client/sign_ups", {**_MARIE, **form})

    assert error_code(refusal) == code


def test_an_attempt_is_of_its_browser_alone(clerk: Clerk) -> None:
    path = start(clerk.browser())

    answers = [clerk.browser().get(path), clerk.browser().post(f"{path}/attempt_verification")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_an_address_of_clerks_tests_gets_no_mail(clerk: Clerk) -> None:
    browser = clerk.browser()
    path = start(browser, {**_MARIE, "email_address": "marie+clerk_test@example.com"})

    done = browser.post(f"{path}/attempt_verification", {"code": "424242"}).json()

    assert done["response"]["status"] == "complete"
    assert "No mail yet" in clerk.http.get("/mails").text


def test_a_password_that_somebody_typed_is_nowhere_to_be_read(clerk: Clerk, tmp_path: Path) -> None:
    browser = clerk.browser()
    path = start(browser)
    under_way = (tmp_path / "clerk" / "state.json").read_text()
    browser.post(f"{path}/attempt_verification", {"code": code_of(clerk)})
    done = (tmp_path / "clerk" / "state.json").read_text()

    page = browser.get("/sign-in").text

    assert "radium" not in under_way + done + page
    assert "marie@example.com" not in page
    assert "Sign in as Ada Lovelace" in page


def test_the_hosted_page_makes_an_account_and_leads_back(clerk: Clerk) -> None:
    browser = clerk.browser(origin=clerk.url)
    form: dict[str, Any] = {**_MARIE, "redirect_url": f"{APP_ORIGIN}/welcome"}

    page = browser.get("/sign-up")
    foreign = browser.post("/sign-up", {**form, "redirect_url": "https://evil.example/"})
    answer = browser.post("/sign-up", form)

    assert "This page asks for no code" in page.text
    assert foreign.status_code == 400
    assert answer.headers["location"] == "http://localhost:8000/welcome"
    assert len(browser.client()["sessions"]) == 1
