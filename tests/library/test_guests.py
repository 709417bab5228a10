"""Guest tokens and the signed addresses of frames."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from roost.errors import AppError
from roost.guests.address import Frame, FrameRefused, FrameSigner
from roost.guests.page import PageAnswer
from roost.guests.service import Guests
from roost.policy.access import Grant, PolicyInvalid, read_policy
from roost.settings import Settings

from . import sample
from .conftest import NOW, SECRET
from .rooms import PRODUCT

SITE = "https://customer.example"
ORIGINS = (SITE,)
MINE = {"user_id": "user_ada"}


def guests(settings: Settings, at: float = NOW, *listed: str, **changes: Any) -> Guests:  # noqa: ANN401
    listed = listed or ("my_activity", "top_events")
    policy = dataclasses.replace(sample.policy(), guest_endpoints=frozenset(listed), **changes)
    return Guests(settings, policy, sample.catalog(), lambda: at)


def refusal(guests: Guests, *asked: Any) -> tuple[int, str]:  # noqa: ANN401
    with pytest.raises(AppError) as refused:
        guests.token(*asked)
    return refused.value.status, refused.value.code


def test_a_guest_token_reads_its_endpoints_of_one_tenant(settings: Settings) -> None:
    token = guests(settings).token("org_acme", ["top_events"], {"limit": 3, "event": "a,b"}, 90)

    claims = jwt.api_jws.decode(token.text, SECRET, algorithms=["HS256"])
    assert json.loads(claims) == {
        "workspace_id": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
        "name": "guest:org_acme",
        "iat": 1_800_000_000,
        "exp": 1_800_000_090,
        "scopes": [
            {
                "type": "PIPES:READ",
                "resource": "top_events",
                "fixed_params": {"limit": "3", "event": "a,b", "tenant_id": "org_acme"},
            }
        ],
        "limits": {"rps": 10},
    }
    assert (token.expires_at, token.endpoints) == (1_800_000_090, ["top_events"])


def test_several_endpoints_have_the_same_parameters_fixed(settings: Settings) -> None:
    both = ["top_events", "my_activity", "top_events"]
    grants = (Grant("top_events"), Grant("my_activity"))

    token = guests(settings, grants=grants).token("org_acme", both, {"date_from": "2026-01-01"}, 60)

    fixed = {"date_from": "2026-01-01", "tenant_id": "org_acme"}
    assert token.fixed == {"my_activity": fixed, "top_events": fixed}


@pytest.mark.parametrize("tenant", ["", "org acme", "org_acme'", "*", "no-organization", None, 7])
def test_an_odd_tenant_has_no_guests(settings: Settings, tenant: object) -> None:
    assert refusal(guests(settings), tenant, "top_events", {}, 60) == (403, "tenant-required")


@pytest.mark.parametrize(
    "endpoints", [[], (), "", "event_types", "nothing", ["top_events", "event_types"]]
)
def test_an_endpoint_that_the_policy_does_not_list_for_guests_is_refused(
    settings: Settings, endpoints: object
) -> None:
    assert refusal(guests(settings), "org_acme", endpoints, {}, 60) == (403, "access-denied")


def test_a_policy_that_lists_nothing_for_guests_has_none(settings: Settings) -> None:
    nobody = Guests(settings, sample.policy(), sample.catalog(), lambda: NOW)

    assert refusal(nobody, "org_acme", "top_events", {}, 60) == (403, "access-denied")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"nothing": 1}, "parameter-unknown"),
        ({"Limit": 1}, "parameter-unknown"),
        ({"tenant_id": "org_globex"}, "parameter-reserved"),
        ({"tenant_id": "org_acme"}, "parameter-reserved"),
        ({"limit": ""}, "request-invalid"),
        ({"limit": None}, "request-invalid"),
        ({"event": []}, "request-invalid"),
        ({"event": "a\0b"}, "request-invalid"),
    ],
)
def test_a_parameter_that_cannot_be_fixed_is_refused(
    settings: Settings, params: Mapping[str, object], code: str
) -> None:
    assert refusal(guests(settings), "org_acme", "top_events", params, 60) == (400, code)


def test_a_parameter_must_be_one_of_every_endpoint(settings: Settings) -> None:
    both, params = ["top_events", "my_activity"], {"limit": 1, **MINE}

    assert refusal(guests(settings), "org_acme", both, params, 60) == (400, "parameter-unknown")


def test_what_no_session_may_choose_a_guest_may_not_either(settings: Settings) -> None:
    only_theirs = guests(settings)

    assert refusal(only_theirs, "org_acme", "my_activity", {}, 60) == (403, "access-denied")
    token = only_theirs.token("org_acme", "my_activity", MINE, 60)
    assert token.fixed == {"my_activity": {"user_id": "user_ada", "tenant_id": "org_acme"}}


@pytest.mark.parametrize("life", [0, -1, 3601, 60.5, "60", True, None])
def test_a_life_beyond_an_hour_or_of_nothing_is_refused(settings: Settings, life: object) -> None:
    refused = refusal(guests(settings), "org_acme", "top_events", {}, life)

    assert refused == (400, "request-invalid")
    assert guests(settings).token("org_acme", "top_events", {}, 3600).expires_at == NOW + 3600


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ("nothing", "GUEST_ENDPOINTS names nothing, which tinybird/ does not have as an endpoint."),
        ("event_types", "GUEST_ENDPOINTS names event_types, which takes no tenant_id to fix."),
    ],
)
def test_a_policy_that_opens_to_guests_what_has_no_tenant_is_refused(
    listed: str, sentence: str
) -> None:
    module = sample.module()
    vars(module)["GUEST_ENDPOINTS"] = (listed,)

    with pytest.raises(PolicyInvalid) as refused:
        read_policy(module, PRODUCT, sample.catalog())

    assert sentence in str(refused.value)


def test_a_policy_without_the_name_opens_nothing_to_guests() -> None:
    policy = read_policy(sample.module(), PRODUCT, sample.catalog())

    assert policy.guest_endpoints == frozenset()


def address(settings: Settings, life: int = 60, origins: str | Iterable[str] = ORIGINS) -> str:
    made = guests(settings).address("top_events", "top_events", "org_acme", origins, {}, life)
    return f"https://app.example.com{made}"


def answer(settings: Settings, url: str, at: float = NOW, referer: str = "") -> PageAnswer:
    parts = urlsplit(url)
    chart = parts.path.rpartition("/")[2]
    return guests(settings, at).answer(chart, parts.query, referer, "")


def note(page: PageAnswer) -> tuple[int, str]:
    return page.status, page.body.split('role="status">')[1].split("<")[0]


def test_an_address_shows_its_chart_on_its_sites_alone(settings: Settings) -> None:
    url = address(settings, origins=[SITE, "https://b.example:8443/", SITE])

    page = answer(settings, url)

    assert page.status == 200
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; connect-src 'self' http://127.0.0.1:7181; "
        "style-src 'self'; img-src data:; "
        "frame-ancestors https://customer.example https://b.example:8443; "
        "base-uri 'none'; form-action 'none'"
    )
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert 'data-tenant="org_acme"' in page.body
    assert 'data-spec="/static/charts/top_events.json"' in page.body


def test_the_secret_and_the_token_are_in_no_address_and_no_page(settings: Settings) -> None:
    url = address(settings)

    page = answer(settings, url)

    signed, _, token = url.partition("#")
    payload = signed.partition("?e=")[2].partition(".")[0]
    said = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert token.count(".") == 2 and token not in page.body
    assert json.loads(said) == {
        "p": "top_events",
        "t": "org_acme",
        "o": ["https://customer.example"],
        "x": 1_800_000_060,
    }
    assert SECRET not in page.body + url + repr(vars(FrameSigner(SECRET)))


def test_an_address_ends(settings: Settings) -> None:
    url = address(settings, 60)

    assert answer(settings, url, NOW + 59).status == 200
    expired = (410, "The address of this chart has expired: load the page anew.")
    assert note(answer(settings, url, NOW + 60)) == expired


def test_a_forged_address_is_refused(settings: Settings) -> None:
    url = address(settings).partition("#")[0]
    start, _, signed = url.partition("?e=")
    payload, _, signature = signed.partition(".")
    wider = {"p": "top_events", "t": "org_globex", "o": [SITE], "x": NOW + 9000}
    other = base64.urlsafe_b64encode(json.dumps(wider).encode()).decode().rstrip("=")
    of_the_secret = jwt.api_jws.encode(json.dumps(wider).encode(), SECRET).rpartition(".")[2]

    for forged in (
        f"{start}?e={other}.{signature}",
        f"{start}?e={other}.{of_the_secret}",
        f"{start}?e={payload}.",
        f"{start}?e={payload}",
        f"{start}?e=.{signature}",
        f"{start}?e={payload}.{signature}A",
        f"{start}?e={payload}.{signature[:-1]}",
        f"{start}?e={payload}.{signature}.x",
        f"{start}?e=%ED%A0%80.%FF",
        # Signed for another chart.
        f"https://app.example.com/embed/totals?e={payload}.{signature}",
    ):
        refused = note(answer(settings, forged))
        assert refused == (403, "The address of this chart was not made by this app."), forged


@pytest.mark.parametrize("added", ["&limit=1000", "&tenant_id=org_globex", "&e=x", "&"])
def test_an_address_that_was_added_to_is_refused_or_the_same(
    settings: Settings, added: str
) -> None:
    page = answer(settings, address(settings).partition("#")[0] + added)

    if added == "&":
        assert page.status == 200
    else:
        sentence = "The address of this chart is not the one that was signed."
        assert note(page) == (403, sentence)


def test_the_key_of_a_signature_is_derived_from_the_secret_for_this_alone() -> None:
    frame = Frame("top_events", "top_events", "org_acme", ORIGINS, NOW)
    derived = HKDF(hashes.SHA256(), 32, b"roost", b"embed address 1").derive(SECRET.encode())

    payload, _, signature = FrameSigner(SECRET).sign(frame).partition(".")

    expected = hmac.digest(derived, f"top_events.{payload}".encode(), "sha256")
    assert base64.urlsafe_b64decode(f"{signature}=") == expected


def test_an_address_of_another_secret_is_forged(settings: Settings) -> None:
    frame = Frame("top_events", "top_events", "org_acme", ORIGINS, NOW + 60)
    signed = FrameSigner("p.local_another" + "x" * 32).sign(frame)

    with pytest.raises(FrameRefused):
        FrameSigner(SECRET).read("top_events", signed, NOW)


def test_a_foreign_site_is_told_where_its_browser_names_it(settings: Settings) -> None:
    url = address(settings)

    assert answer(settings, url, referer=f"{SITE}/reports?a=1").status == 200
    for foreign in (
        "https://evil.example/",
        f"{SITE}.evil.example/",
        f"{SITE}:444/",
        "about:blank",
    ):
        refused = answer(settings, url, referer=foreign)
        assert note(refused) == (403, "This chart may not be shown on this site."), foreign


def test_a_refusal_runs_nothing_and_is_shown_wherever_it_was_asked_for(settings: Settings) -> None:
    page = answer(settings, "https://app.example.com/embed/top_events?e=<b>")

    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors *; "
        "base-uri 'none'; form-action 'none'"
    )
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "<script" not in page.body and "<b>" not in page.body


def test_a_chart_that_was_taken_from_guests_is_shown_no_more(settings: Settings) -> None:
    parts = urlsplit(address(settings))

    page = guests(settings, NOW, "my_activity").answer("top_events", parts.query, None, "")

    assert note(page) == (403, "This chart is shown to guests no more.")


@pytest.mark.parametrize(
    "origins",
    [
        [],
        "",
        "*",
        "null",
        "http://customer.example",
        "https://*.customer.example",
        "https://a.example;script-src",
        "https://a.example, https://b.example",
        "https://a.example/path",
        [f"https://a{n}.example" for n in range(21)],
    ],
)
def test_a_site_is_named_exactly(settings: Settings, origins: str | list[str]) -> None:
    with pytest.raises(AppError) as refused:
        address(settings, origins=origins)

    assert (refused.value.status, refused.value.code) == (400, "request-invalid")


def test_the_page_lies_where_the_product_is_mounted(settings: Settings) -> None:
    query = urlsplit(address(settings)).query

    page = guests(settings).answer("top_events", query, None, "/analytics")

    assert 'src="/analytics/static/roost/js/embed.js"' in page.body
    assert 'data-spec="/analytics/static/charts/top_events.json"' in page.body
