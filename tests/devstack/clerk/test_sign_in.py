"""Signing in, switching, signing out."""

from __future__ import annotations

import pytest

from .running import PASSWORD, Clerk, error_code


def test_an_unknown_user_is_told_so(clerk: Clerk) -> None:
    refusal = clerk.browser().post("/v1/client/sign_ins", {"identifier": "who@example.com"})

    assert refusal.status_code == 422
    assert error_code(refusal) == "form_identifier_not_found"
    assert refusal.json()["errors"][0]["meta"] == {"param_name": "identifier"}


def test_a_wrong_password_opens_no_session(clerk: Clerk) -> None:
    browser = clerk.browser()
    form = {"identifier": "ada@example.com", "strategy": "password", "password": "wrong"}

    refusal = browser.post("/v1/client/sign_ins", form)

    assert refusal.status_code == 422
    assert error_code(refusal) == "form_password_incorrect"
    assert refusal.json()["errors"][0]["meta"] == {"param_name": "password"}
    assert browser.client()["sessions"] == []


def test_one_step_is_enough(clerk: Clerk) -> None:
    browser = clerk.browser()
    form = {"identifier": "Ada@Example.com", "strategy": "password", "password": PASSWORD}

    done = browser.post("/v1/client/sign_ins", form).json()

    assert done["response"]["status"] == "complete"
    assert done["response"]["created_session_id"] == done["client"]["sessions"][0]["id"]
    assert done["client"]["sign_in"] is None


def test_signing_in_again_replaces_the_session(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    browser.sign_in("grace@example.com")

    (session,) = browser.client()["sessions"]
    assert session["user"]["id"] == "user_local_grace"


def test_touch_switches_the_organization(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")
    form = {"active_organization_id": "org_local_globex", "intent": "select_org"}

    touched = browser.post(f"/v1/client/sessions/{session['id']}/touch", form).json()["response"]

    assert touched["last_active_organization_id"] == "org_local_globex"
    assert clerk.verify(touched["last_active_token"]["jwt"])["o"]["slg"] == "globex"


def test_touch_refuses_an_organization_of_others(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")
    form = {"active_organization_id": "org_local_initech"}

    refusal = browser.post(f"/v1/client/sessions/{session['id']}/touch", form)

    assert refusal.status_code == 404
    assert browser.client()["sessions"][0]["last_active_organization_id"] == "org_local_acme"


@pytest.mark.parametrize("way", ["all", "one"])
def test_signing_out_ends_the_session(clerk: Clerk, way: str) -> None:
    browser = clerk.browser()
    session = browser.sign_in("ada@example.com")

    if way == "all":
        browser.post("/v1/client/sessions", _method="DELETE")
    else:
        browser.post(f"/v1/client/sessions/{session['id']}/remove")

    assert browser.client()["sessions"] == []
    assert browser.client()["last_active_session_id"] is None
    assert browser.token(session).status_code == 401


def test_an_unknown_browser_is_told_to_get_a_new_token(clerk: Clerk) -> None:
    refusal = clerk.http.get("/v1/client", params={"__clerk_db_jwt": "dvb_forged"})

    assert refusal.status_code == 401
    assert error_code(refusal) == "dev_browser_unauthenticated"


def test_a_user_without_an_organization_must_create_one(clerk: Clerk) -> None:
    browser = clerk.browser()
    session = browser.sign_in("newton@example.com")
    pending = clerk.verify(session["last_active_token"]["jwt"])

    fresh = browser.post("/v1/organizations", {"name": "Principia"}).json()["response"]
    form = {"active_organization_id": fresh["id"]}
    touched = browser.post(f"/v1/client/sessions/{session['id']}/touch", form).json()["response"]

    assert (session["status"], session["tasks"]) == ("pending", [{"key": "choose-organization"}])
    assert pending["sts"] == "pending" and "o" not in pending
    assert (touched["status"], touched["tasks"]) == ("active", None)
    assert clerk.verify(touched["last_active_token"]["jwt"])["o"]["slg"] == "principia"


def test_a_taken_slug_is_refused(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("newton@example.com")

    refusal = browser.post("/v1/organizations", {"name": "Mine", "slug": "acme"})

    assert refusal.status_code == 422
    assert error_code(refusal) == "form_identifier_exists"


def test_a_ticket_signs_in_once(clerk: Clerk) -> None:
    ticket = clerk.backend("POST", "/v1/sign_in_tokens", {"user_id": "user_local_linus"}).json()
    form = {"strategy": "ticket", "ticket": ticket["token"]}
    browser = clerk.browser()

    first = browser.post("/v1/client/sign_ins", form).json()
    second = clerk.browser().post("/v1/client/sign_ins", form)

    assert first["response"]["status"] == "complete"
    assert first["client"]["sessions"][0]["user"]["id"] == "user_local_linus"
    assert second.status_code == 400
    assert error_code(second) == "sign_in_token_already_used_code"


def test_a_ticket_expires(clerk: Clerk) -> None:
    body = {"user_id": "user_local_linus", "expires_in_seconds": 30}
    ticket = clerk.backend("POST", "/v1/sign_in_tokens", body).json()
    clerk.clock.now += 30

    form = {"strategy": "ticket", "ticket": ticket["token"]}
    refusal = clerk.browser().post("/v1/client/sign_ins", form)

    assert refusal.status_code == 400
    assert error_code(refusal) == "ticket_expired_code"


def test_a_made_up_ticket_is_refused(clerk: Clerk) -> None:
    form = {"strategy": "ticket", "ticket": "ticket_local_guess"}

    refusal = clerk.browser().post("/v1/client/sign_ins", form)

    assert refusal.status_code == 400
    assert error_code(refusal) == "ticket_invalid_code"


def test_members_see_their_organization_and_others_do_not(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("grace@example.com")

    members = browser.get("/v1/organizations/org_local_globex/memberships").json()["response"]
    refusal = browser.get("/v1/organizations/org_local_acme/memberships")

    users = [row["public_user_data"]["user_id"] for row in members["data"]]
    assert users == ["user_local_ada", "user_local_grace"]
    assert refusal.status_code == 404


def test_memberships_come_in_pages(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    page = browser.get("/v1/me/organization_memberships", limit="1", offset="1").json()["response"]

    assert page["total_count"] == 2
    assert [row["organization"]["slug"] for row in page["data"]] == ["globex"]


def test_what_is_not_emulated_says_so(clerk: Clerk) -> None:
    browser = clerk.browser()
    browser.sign_in("ada@example.com")

    refusal = browser.post("/v1/me", {"first_name": "Augusta"}, _method="PATCH")

    assert refusal.status_code == 501
    assert error_code(refusal) == "not_emulated"
    assert "PATCH /v1/me" in refusal.text
