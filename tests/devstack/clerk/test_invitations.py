"""Invitations: who may invite, what the mail's link does, and the page that lists the mails."""

from __future__ import annotations

import re

import pytest

from .running import Browser, Clerk, error_code

_ACME = "/v1/organizations/org_local_acme/invitations"
_MARIE = {"email_address": "marie@example.com", "role": "org:member"}
_TICKET = re.compile(r'href="http://127\.0\.0\.1:\d+/v1/tickets/accept\?ticket=(\w+)"')


def invite(clerk: Clerk, email: str = "marie@example.com", role: str = "org:member") -> str:
    """Have Ada invite somebody into Acme, as ClerkJS does; return the ticket of the mail."""
    admin = clerk.browser()
    admin.sign_in("ada@example.com")
    answer = admin.post(f"{_ACME}/bulk", {"email_address": email, "role": role})
    assert answer.status_code == 200
    return _TICKET.findall(clerk.http.get("/mails").text)[0]


def organizations(browser: Browser) -> dict[str, str]:
    """Return the organizations of who is signed in, each with the role there."""
    (session,) = browser.client()["sessions"]
    mine = session["user"]["organization_memberships"]
    return {one["organization"]["slug"]: one["role"] for one in mine}


def test_somebody_new_signs_up_by_the_link_and_is_a_member(clerk: Clerk) -> None:
    ticket = invite(clerk)

    link = clerk.http.get(f"/v1/tickets/accept?ticket={ticket}")
    browser = clerk.browser()
    begun = browser.post("/v1/client/sign_ups", {"strategy": "ticket", "ticket": ticket}).json()
    path = f"/v1/client/sign_ups/{begun['response']['id']}"
    done = browser.post(path, {"password": "radium and polonium"}, _method="PATCH").json()

    assert link.status_code == 303
    query = f"__clerk_ticket={ticket}&__clerk_status=sign_up"
    assert link.headers["location"] == f"http://localhost:8000/sign-up?{query}"
    assert begun["response"]["missing_fields"] == ["password"]
    assert begun["response"]["unverified_fields"] == []
    assert done["response"]["status"] == "complete"
    assert organizations(browser) == {"acme": "org:member"}
    (session,) = done["client"]["sessions"]
    assert session["last_active_organization_id"] == "org_local_acme"


def test_who_has_an_account_signs_in_by_the_link(clerk: Clerk) -> None:
    ticket = invite(clerk, "linus@example.com", "org:admin")

    link = clerk.http.get(f"/v1/tickets/accept?ticket={ticket}")
    browser = clerk.browser()
    browser.post("/v1/client/sign_ins", {"strategy": "ticket", "ticket": ticket})

    query = f"__clerk_ticket={ticket}&__clerk_status=sign_in"
    assert link.headers["location"] == f"http://localhost:8000/sign-in?{query}"
    assert organizations(browser) == {"initech": "org:member", "acme": "org:admin"}


def test_who_is_signed_in_finds_the_invitation_and_joins(clerk: Clerk) -> None:
    invite(clerk, "linus@example.com")
    browser = clerk.browser()
    browser.sign_in("linus@example.com")

    mine = browser.get("/v1/me/organization_invitations", status="pending").json()["response"]
    path = f"/v1/me/organization_invitations/{mine['data'][0]['id']}/accept"
    browser.post(path)
    again = browser.post(path)

    assert mine["data"][0]["public_organization_data"]["name"] == "Acme"
    assert organizations(browser) == {"initech": "org:member", "acme": "org:member"}
    assert error_code(again) == "organization_invitation_not_pending"


def test_an_invitation_is_for_its_address_alone(clerk: Clerk) -> None:
    ticket = invite(clerk, "linus@example.com")
    (row,) = clerk.backend("GET", _ACME).json()["data"]
    grace = clerk.browser()
    grace.sign_in("grace@example.com")

    accepted = grace.post(f"/v1/me/organization_invitations/{row['id']}/accept")
    form = {"strategy": "ticket", "ticket": ticket, "email_address": "mallory@example.com"}
    signed_up = clerk.browser().post("/v1/client/sign_ups", {**form, "password": "12345678"})

    assert accepted.status_code == 404
    # It names Linus, who has an account.
    assert error_code(signed_up) == "form_identifier_exists"
    assert organizations(grace) == {"globex": "org:admin"}


@pytest.mark.parametrize("way", ["taken", "revoked", "late"])
def test_a_ticket_that_is_spent_opens_nothing(clerk: Clerk, way: str) -> None:
    ticket = invite(clerk)
    form = {"strategy": "ticket", "ticket": ticket, "password": "radium and polonium"}
    (row,) = clerk.backend("GET", _ACME).json()["data"]
    if way == "taken":
        clerk.browser().post("/v1/client/sign_ups", form)
    elif way == "revoked":
        clerk.backend("POST", f"{_ACME}/{row['id']}/revoke")
    else:
        clerk.clock.now += 30 * 24 * 3600
    users = len(clerk.backend("GET", "/v1/users").json())

    answers = [
        clerk.http.get(f"/v1/tickets/accept?ticket={ticket}"),
        clerk.browser().post("/v1/client/sign_ups", form),
        clerk.browser().post("/v1/client/sign_ins", form),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len(clerk.backend("GET", "/v1/users").json()) == users


def test_who_may_not_manage_members_neither_invites_nor_sees(clerk: Clerk) -> None:
    member = clerk.browser()
    member.sign_in("linus@example.com")
    path = "/v1/organizations/org_local_initech/invitations"

    answers = [
        member.get(path),
        member.post(path, _MARIE),
        member.post(f"{path}/bulk", _MARIE),
        member.get(_ACME),
        member.post(f"{_ACME}/bulk", _MARIE),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 404, 404]
    assert "No mail yet" in clerk.http.get("/mails").text


def test_an_admin_sees_and_revokes_what_is_pending(clerk: Clerk) -> None:
    invite(clerk)
    admin = clerk.browser()
    admin.sign_in("ada@example.com")

    listed = admin.get(_ACME, status="pending").json()["response"]
    (row,) = listed["data"]
    revoked = admin.post(f"{_ACME}/{row['id']}/revoke").json()["response"]
    left = admin.get(_ACME, status="pending").json()["response"]

    assert (row["email_address"], row["role_name"]) == ("marie@example.com", "Member")
    assert revoked["status"] == "revoked"
    assert left == {"data": [], "total_count": 0}


def test_who_is_in_or_asked_already_is_not_asked_again(clerk: Clerk) -> None:
    invite(clerk)
    admin = clerk.browser()
    admin.sign_in("ada@example.com")

    twice = admin.post(_ACME, _MARIE)
    member = admin.post(_ACME, {**_MARIE, "email_address": "ada@example.com"})
    both = {"email_address": ["new@example.com", "ada@example.com"], "role": "org:member"}
    one_of_two = admin.post(f"{_ACME}/bulk", both)

    assert error_code(twice) == "duplicate_record"
    assert error_code(member) == error_code(one_of_two) == "already_a_member_in_organization"
    assert "new@example.com" not in clerk.http.get("/mails").text


def test_a_backend_names_the_page_of_this_machine_that_the_link_leads_to(clerk: Clerk) -> None:
    body = {**_MARIE, "redirect_url": "http://localhost:3000/join?from=mail"}
    made = clerk.backend("POST", _ACME, body)
    foreign = clerk.backend("POST", _ACME, {**body, "redirect_url": "https://evil.example/"})
    (ticket,) = _TICKET.findall(clerk.http.get("/mails").text)

    link = clerk.http.get(f"/v1/tickets/accept?ticket={ticket}")

    assert (made.status_code, foreign.status_code) == (200, 422)
    assert link.headers["location"].startswith(
        f"http://localhost:3000/join?from=mail&__clerk_ticket={ticket}"
    )


def test_the_mails_are_a_page_that_no_other_page_reads_or_frames(clerk: Clerk) -> None:
    invite(clerk, '"><script>alert(1)</script>@example.com'.replace("<", "").replace(">", ""))

    page = clerk.http.get("/mails", headers={"Origin": "http://localhost:8000"})

    assert page.status_code == 200
    assert "access-control-allow-origin" not in page.headers
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert '"scriptalert' not in page.text
    assert "&quot;scriptalert" in page.text
