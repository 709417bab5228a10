"""Clerk's webhooks without a network: which rows events become, and which deliveries count."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import httpx2
import pytest
from roost.errors import AppError
from roost.serving.services import Services
from roost.variables import parse_webhook_secrets
from roost.webhooks.directory import Change, read_change
from roost.webhooks.receiver import check_head, verify
from standardwebhooks import Webhook

from .conftest import ENVIRONMENT

SECRET = ENVIRONMENT["CLERK_WEBHOOK_SIGNING_SECRET"]
BODY = '{"type": "session.created", "data": {"id": "sess_1"}, "timestamp": 1800000000123}'
NOW = 1_800_000_000
DIGEST = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
MakeServices = Callable[[Callable[[httpx2.Request], httpx2.Response]], Services]


def test_an_organization_keeps_its_name_and_slug() -> None:
    data = {"id": "org_1", "name": "Acme", "slug": "acme", "updated_at": 1_800_000_000_123}

    assert read_change(_event("organization.updated", data)) == Change(
        "org_1",
        "organization",
        "org_1",
        name="Acme",
        slug="acme",
        updated_at="2027-01-15T08:00:00.123Z",
    )


def test_a_membership_belongs_to_its_organization() -> None:
    data = {
        "id": "orgmem_1",
        "organization": {"id": "org_1"},
        "public_user_data": {"user_id": "user_1", "identifier": "ada@example.com"},
        "role": "org:admin",
        "updated_at": 1_800_000_000_123,
    }

    assert read_change(_event("organizationMembership.created", data)) == Change(
        "org_1",
        "membership",
        "orgmem_1",
        user_id="user_1",
        role="org:admin",
        updated_at="2027-01-15T08:00:00.123Z",
    )


def test_the_event_says_when_something_was_deleted() -> None:
    data = {"id": "user_1", "object": "user", "deleted": True}

    assert read_change(_event("user.deleted", data, timestamp=1_800_000_000_999)) == Change(
        "user_1", "user", "user_1", updated_at="2027-01-15T08:00:00.999Z", deleted=1
    )


@pytest.mark.parametrize("type_", ["organization", "organization.domain", "user.", "role.created"])
def test_other_types_are_none_of_ours(type_: str) -> None:
    assert read_change(_event(type_, {})) is None


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ("A\\ud83d", "A\ufffd"),
        ("\\udc00B", "\ufffdB"),
        ("\\ude00\\ud83d", "\ufffd\ufffd"),
        ("\\ud83d\\ud83d\\ude00", "\ufffd\U0001f600"),
        ("\\ud83d\\ude00", "\U0001f600"),
        ("x" * 499 + "\\ud83d\\ude00y", "x" * 499 + "\U0001f600"),
    ],
)
@pytest.mark.parametrize("field", ["name", "slug"])
def test_half_a_character_is_replaced_so_that_clerk_need_not_send_it_again(
    field: str, spelled: str, kept: str
) -> None:
    event = '{"type": "organization.updated", "data": {"id": "org_1", "updated_at": 1, "%s": "%s"}}'

    change = read_change(event % (field, spelled))

    assert change is not None
    assert getattr(change, field) == kept
    assert json.dumps(asdict(change), ensure_ascii=False).encode()


@pytest.mark.parametrize("at", [-1, 7_258_118_400_000, 2**63, 10**400, True, 1.5, "1", None])
def test_a_time_that_no_datasource_holds_is_refused(at: object) -> None:
    with pytest.raises(AppError, match="request-invalid"):
        read_change(_event("user.created", {"id": "user_1", "updated_at": at}))


@pytest.mark.parametrize("body", ["[" * 100_000, '{"type":' * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_what_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(AppError, match="request-invalid"):
        read_change(body)


@pytest.mark.parametrize("id_", ["", "a b", "x" * 129, "org_1' OR '1", 5, None])
def test_an_odd_id_is_refused(id_: object) -> None:
    with pytest.raises(AppError, match="request-invalid"):
        read_change(_event("user.created", {"id": id_, "updated_at": 1}))


def test_a_delivery_signed_with_the_second_secret_counts() -> None:
    headers = _signed(SECRET)

    assert verify(("whsec_b3RoZXI=", SECRET), headers.get, BODY.encode()) == BODY


def test_names_of_other_senders_do_not_count() -> None:
    headers = {name.replace("svix", "webhook"): value for name, value in _signed(SECRET).items()}

    with pytest.raises(AppError, match="signature-invalid"):
        verify((SECRET,), headers.get, BODY.encode())


@pytest.mark.parametrize("body", [b"\xff", BODY.encode() + b"\n", b""])
def test_another_body_than_the_signed_one_is_refused(body: bytes) -> None:
    with pytest.raises(AppError, match="signature-invalid"):
        verify((SECRET,), _signed(SECRET).get, body)


@pytest.mark.parametrize(("late_s", "is_taken"), [(290, True), (310, False), (-310, False)])
def test_a_delivery_is_good_for_five_minutes(late_s: int, *, is_taken: bool) -> None:
    headers = _signed(SECRET, time.time() - late_s)

    if is_taken:
        assert verify((SECRET,), headers.get, BODY.encode()) == BODY
    else:
        with pytest.raises(AppError, match="signature-invalid"):
            verify((SECRET,), headers.get, BODY.encode())


@pytest.mark.parametrize("late_s", [0, 290, -290])
def test_the_headers_of_a_delivery_are_those_of_one(late_s: int) -> None:
    headers = _signed(SECRET, NOW - late_s) | {"content-length": "1000000"}

    check_head(headers.get, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"svix-id": ""},
        {"svix-id": "a b"},
        {"svix-id": "m" * 257},
        {"svix-id": "m\u00e9"},
        {"svix-timestamp": ""},
        {"svix-timestamp": "1799999699"},
        {"svix-timestamp": "1800000301"},
        {"svix-timestamp": "1.8e9"},
        {"svix-timestamp": "-1800000000"},
        {"svix-timestamp": "1800000000 "},
        {"svix-timestamp": "9" * 400},
        {"svix-signature": ""},
        {"svix-signature": "v1"},
        {"svix-signature": "v1,"},
        {"svix-signature": "v1,eHg="},
        {"svix-signature": "v1," + "!" * 44},
        {"svix-signature": "v2," + DIGEST},
        {"svix-signature": DIGEST},
        {"svix-signature": "x" * 3000 + " v1," + DIGEST},
    ],
)
def test_headers_of_no_delivery_are_refused_before_the_body(wrong: dict[str, str]) -> None:
    headers = _signed(SECRET, NOW) | wrong

    with pytest.raises(AppError, match="signature-invalid"):
        check_head(headers.get, NOW)


@pytest.mark.parametrize("length", ["1000001", "9" * 400])
def test_a_delivery_announced_too_large_is_refused_before_the_body(length: str) -> None:
    headers = _signed(SECRET, NOW) | {"content-length": length}

    with pytest.raises(AppError, match="body-too-large"):
        check_head(headers.get, NOW)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(202, json={"successful_rows": 0, "quarantined_rows": 1}),
        httpx2.Response(404, json={"error": "no such datasource"}),
        httpx2.Response(500),
    ],
)
def test_clerk_keeps_what_tinybird_has_not_stored(
    make_services: MakeServices, answer: httpx2.Response
) -> None:
    body = _event("user.updated", {"id": "user_1", "updated_at": 1})
    services = make_services(lambda _: answer)

    with pytest.raises(AppError, match="tinybird-unavailable"):
        asyncio.run(services.webhooks.receive(_signed(SECRET, body=body).get, body.encode()))


def test_secrets_come_as_a_list() -> None:
    assert parse_webhook_secrets("whsec_b2xk, whsec_bmV3") == ("whsec_b2xk", "whsec_bmV3")
    assert parse_webhook_secrets(" whsec_b2xk ") == ("whsec_b2xk",)


@pytest.mark.parametrize("text", ["b2xk", "whsec_", "whsec_%%%%", "whsec_b2xk, sk_test_x", ","])
def test_what_is_no_secret_of_a_webhook_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be whsec_"):
        parse_webhook_secrets(text)


def _event(type_: str, data: Mapping[str, object], timestamp: int = 1) -> str:
    return json.dumps({"type": type_, "data": data, "timestamp": timestamp, "object": "event"})


def _signed(secret: str, at: float | None = None, body: str = BODY) -> dict[str, str]:
    moment = datetime.fromtimestamp(int(time.time() if at is None else at), UTC)
    signature = Webhook(secret).sign("msg_1", moment, body)
    timestamp = str(int(moment.timestamp()))
    return {"svix-id": "msg_1", "svix-timestamp": timestamp, "svix-signature": signature}
