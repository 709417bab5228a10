"""POST /webhooks/clerk: what is signed by Clerk becomes rows, once and in order; nothing else."""

from __future__ import annotations

import json
import uuid

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import problem
from .apps import serving
from .deliveries import (
    MADE_AT,
    PATH,
    Sender,
    deletion_event,
    event,
    known,
    organization_event,
    signature,
)
from .proxy import Proxy

OLD_SECRET = "whsec_" + "b2xkX2xvY2FsX3NlY3JldA=="


@pytest.fixture
def clerk(stack: Stack, client: httpx2.Client) -> Sender:
    """Clerk, whose secret the app has."""
    return Sender(client, stack.env["CLERK_WEBHOOK_SIGNING_SECRET"])


@pytest.fixture
def org() -> str:
    """The id of an organization that nobody knows yet."""
    return f"org_{uuid.uuid4().hex}"


def test_an_organization_becomes_a_row(stack: Stack, clerk: Sender, org: str) -> None:
    answer = clerk.send(organization_event(org, "Möbel & Söhne", MADE_AT, "created"))

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "private, no-store"
    assert known(stack, org) == [_organization(org, "Möbel & Söhne", MADE_AT)]


def test_half_a_character_in_a_name_is_stored_as_one_that_stands_for_it(
    stack: Stack, clerk: Sender, org: str
) -> None:
    body = organization_event(org, "A\ud83d", MADE_AT)

    answer = clerk.send(body)

    assert b"\\ud83d" in body
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert known(stack, org) == [_organization(org, "A\ufffd", MADE_AT)]


def test_a_membership_and_a_user_become_rows(stack: Stack, clerk: Sender, org: str) -> None:
    user, member = f"user_{org[4:]}", f"orgmem_{org[4:]}"
    person = {"id": user, "first_name": "Ada", "last_name": None, "updated_at": MADE_AT}
    membership = {
        "id": member,
        "organization": {"id": org},
        "public_user_data": {"user_id": user},
        "role": "org:admin",
        "updated_at": MADE_AT,
    }

    clerk.send(event("organizationMembership.created", membership, MADE_AT))
    clerk.send(event("user.created", person, MADE_AT))

    (told,) = known(stack, org)
    assert (told["kind"], told["user_id"], told["role"]) == ("membership", user, "org:admin")
    (told,) = known(stack, user)
    assert (told["kind"], told["id"], told["name"]) == ("user", user, "Ada")


def test_the_newest_change_counts_whatever_the_order(stack: Stack, clerk: Sender, org: str) -> None:
    newest = organization_event(org, "Newest", MADE_AT + 2)

    for body in (newest, organization_event(org, "First", MADE_AT, "created"), newest):
        assert clerk.send(body).status_code == 200

    assert known(stack, org) == [_organization(org, "Newest", MADE_AT + 2)]


def test_a_deletion_leaves_a_tombstone_that_late_news_do_not_lift(
    stack: Stack, clerk: Sender, org: str
) -> None:
    for body in (
        organization_event(org, "Acme", MADE_AT, "created"),
        deletion_event(org, MADE_AT + 5),
        organization_event(org, "Late", MADE_AT + 1),
    ):
        assert clerk.send(body).status_code == 200

    gone = {"name": "", "slug": "", "deleted": 1}
    assert known(stack, org) == [_organization(org, "", MADE_AT + 5) | gone]


def test_the_same_delivery_twice_is_one_row(stack: Stack, clerk: Sender, org: str) -> None:
    body = organization_event(org, "Acme", MADE_AT)
    headers = clerk.headers(body)

    answers = [clerk.app.post(PATH, content=body, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert known(stack, org) == [_organization(org, "Acme", MADE_AT)]


@pytest.mark.parametrize(
    "type_", ["session.created", "organizationDomain.created", "email.created"]
)
def test_other_events_are_ignored(clerk: Sender, type_: str) -> None:
    answer = clerk.send(event(type_, {"id": "x"}, MADE_AT))

    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})


def test_nothing_is_stored_without_a_valid_signature(stack: Stack, clerk: Sender, org: str) -> None:
    body = organization_event(org, "Forged", MADE_AT)
    signed = clerk.headers(body)
    stranger = Sender(clerk.app, OLD_SECRET)
    forged = [
        stranger.headers(body),
        {name: value for name, value in signed.items() if name != "svix-signature"},
        signed | {"svix-id": "msg_another"},
        signed | {"svix-timestamp": str(int(signed["svix-timestamp"]) + 1)},
        signed | {"svix-timestamp": "NaN"},
        signed | {"svix-signature": signed["svix-signature"].replace("v1,", "v2,")},
        signed | {"svix-signature": "v1"},
        signed | {"svix-signature": "v1,%%%,"},
        signed | {"svix-signature": f"{signed['svix-signature']}="},
        signed | {"svix-signature": signed["svix-signature"].rstrip("=")},
        signed | {"svix-timestamp": f"{signed['svix-timestamp']}.0"},
        clerk.headers(body + b" "),
    ]

    for headers in forged:
        assert problem(clerk.app.post(PATH, content=body, headers=headers)) == (
            400,
            "signature-invalid",
        )
    assert known(stack, org) == []


@pytest.mark.parametrize("late_s", [6 * 60, -6 * 60])
def test_a_delivery_of_another_time_is_refused(
    stack: Stack, clerk: Sender, org: str, late_s: int
) -> None:
    refused = clerk.send(organization_event(org, "Replayed", MADE_AT), late_s)

    assert problem(refused) == (400, "signature-invalid")
    assert known(stack, org) == []


def test_one_of_several_signatures_is_enough(clerk: Sender, org: str) -> None:
    body = organization_event(org, "Acme", MADE_AT)
    headers = clerk.headers(body)
    other = signature(OLD_SECRET, headers["svix-id"], int(headers["svix-timestamp"]), body)
    headers["svix-signature"] = f"v1a,c29tZXRoaW5n {other} {headers['svix-signature']}"

    assert clerk.app.post(PATH, content=body, headers=headers).status_code == 200


def test_an_event_that_is_none_is_refused(clerk: Sender) -> None:
    broken = [
        b"",
        b"[]",
        b'{"type": 5}',
        b"[" * 50_000,
        event("organization.updated", {"id": "a'b", "updated_at": MADE_AT}, MADE_AT),
        event("organization.updated", {"id": "org_1"}, MADE_AT),
        event("organization.updated", {"id": "org_1", "updated_at": 10**30}, MADE_AT),
    ]

    for body in broken:
        assert problem(clerk.send(body)) == (400, "request-invalid")


def test_a_large_body_is_refused_unread(clerk: Sender) -> None:
    assert problem(clerk.send(b" " * 1_000_001)) == (413, "body-too-large")


def test_a_browsers_cookie_and_origin_change_nothing(clerk: Sender, org: str) -> None:
    body = organization_event(org, "Acme", MADE_AT)
    foreign = {
        "Origin": "https://evil.example",
        "Cookie": "__session=x",
        "Authorization": "Bearer x",
    }

    answer = clerk.app.post(PATH, content=body, headers={**clerk.headers(body), **foreign})

    assert answer.status_code == 200


def test_only_a_post_for_this_host_is_answered(clerk: Sender) -> None:
    body = organization_event("org_x", "Acme", MADE_AT)
    elsewhere = clerk.headers(body) | {"Host": "evil.example"}

    assert problem(clerk.app.get(PATH)) == (405, "method-not-allowed")
    assert problem(clerk.app.post(PATH, content=body, headers=elsewhere)) == (421, "host-unknown")


def test_clerk_tries_again_after_an_outage_of_tinybird(stack: Stack, org: str) -> None:
    secrets = f"{OLD_SECRET}, {stack.env['CLERK_WEBHOOK_SIGNING_SECRET']}"
    body = organization_event(org, "Acme", MADE_AT)
    with Proxy(stack.env["TINYBIRD_API_URL"]) as tinybird:
        env = stack.env | {
            "TINYBIRD_API_URL": tinybird.url,
            "CLERK_WEBHOOK_SIGNING_SECRET": secrets,
        }
        with serving(env) as app:
            # Both secrets are good while one is exchanged for the other.
            old, new = Sender(app, OLD_SECRET), Sender(app, secrets.split(", ")[1])
            tinybird.shut()
            refused = old.send(body)
            stored = known(stack, org)
            tinybird.open()

            assert problem(refused) == (503, "tinybird-unavailable")
            assert refused.headers["retry-after"].isdecimal()
            assert stored == []
            assert old.send(body).status_code == new.send(body).status_code == 200
    assert known(stack, org) == [_organization(org, "Acme", MADE_AT)]


def test_without_a_secret_nothing_is_taken_in(stack: Stack, org: str) -> None:
    body = organization_event(org, "Acme", MADE_AT)
    with serving(stack.env | {"CLERK_WEBHOOK_SIGNING_SECRET": ""}) as app:
        refused = Sender(app, stack.env["CLERK_WEBHOOK_SIGNING_SECRET"]).send(body)

    assert problem(refused) == (503, "not-configured")
    assert "CLERK_WEBHOOK_SIGNING_SECRET" in json.loads(refused.content)["detail"]


def _organization(id_: str, name: str, at: int) -> dict[str, object]:
    row = {"kind": "organization", "id": id_, "name": name, "slug": "it"}
    return {**row, "user_id": "", "role": "", "at": at, "deleted": 0}
