"""Refusals that need a session, a setting or a policy which no other test has."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest
from roost.testing.stack import ROOT, Stack

from .answers import ACME, ADA, ENDPOINT, INITECH, LINUS, PUBLIC, READ, SessionToken, problem
from .apps import serving, with_policy
from .issuer import Issuer, issuing

EVENT = {"event": "contract_refusal"}
TOKEN = "/api/tinybird/token"
ADMINS_ALONE = f"""
GRANTS = (Grant("{ENDPOINT}", role="org:admin"),)
MAY_WRITE = (Who(role="org:admin"),)
"""


@pytest.fixture(scope="module")
def issuer(stack: Stack) -> Iterator[Issuer]:
    """A Clerk instance that issues whatever a test asks for."""
    with issuing(stack.origin) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def bare(stack: Stack, issuer: Issuer) -> Iterator[httpx2.Client]:
    """The app for that instance, without optional settings, and with a workspace of nobody's."""
    settings = {
        "CLERK_PROXY_URL": issuer.url,
        "TINYBIRD_WORKSPACE_ID": "00000000-0000-4000-8000-000000000000",
        "TINYBIRD_INGEST_TOKEN": "",
        "TINYBIRD_API_KEY": "",
    }
    with serving(stack.env | settings) as app:
        yield app


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1_000_000_000}, "token-expired"),
        ({"nbf": 4_000_000_000, "exp": 4_000_000_060}, "token-not-active"),
        ({"azp": "https://evil.example"}, "token-azp"),
        ({"azp": None}, "token-azp"),
        ({"sts": "pending"}, "session-pending"),
        ({"sts": "revoked"}, "token-invalid"),
        ({"iss": "https://clerk.evil.example"}, "token-invalid"),
        ({"v": 3}, "token-invalid"),
        ({"sid": ""}, "token-invalid"),
    ],
    ids=str,
)
def test_a_session_that_does_not_hold_is_refused_by_its_reason(
    bare: httpx2.Client, issuer: Issuer, claims: Mapping[str, object], code: str
) -> None:
    headers = issuer.bearer(**claims)

    answers = [
        *(bare.get(path, headers=headers) for path in ("/api/me", TOKEN, READ)),
        bare.post("/api/events", json=EVENT, headers=headers),
    ]

    assert [problem(answer) for answer in answers] == [(401, code)] * 4


def test_a_token_is_accepted_until_its_end_and_not_after(
    bare: httpx2.Client, issuer: Issuer
) -> None:
    # The clocks of two machines may differ by five seconds.
    headers = issuer.bearer(exp=int(time.time()))

    assert bare.get("/api/me", headers=headers).status_code == 200
    deadline = time.monotonic() + 60
    while (answer := bare.get("/api/me", headers=headers)).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert problem(answer) == (401, "token-expired")


def test_both_versions_of_a_session_token_are_read(bare: httpx2.Client, issuer: Issuer) -> None:
    version_1 = {
        "v": None,
        "o": None,
        "org_id": "org_1",
        "org_slug": "one",
        "org_role": "org:admin",
    }

    first = bare.get("/api/me", headers=issuer.bearer(**version_1)).json()
    second = bare.get("/api/me", headers=issuer.bearer(act={"sub": "user_support"})).json()

    assert (first["org_id"], first["org_slug"], first["role"]) == ("org_1", "one", "org:admin")
    assert (second["org_id"], second["role"]) == ("org_contract", "org:member")
    assert (first["impersonator_id"], second["impersonator_id"]) == (None, "user_support")


@pytest.mark.parametrize("name", ["a b", "a'--", "\u00e9", "x" * 129])
def test_a_tenant_with_an_odd_name_is_none(bare: httpx2.Client, issuer: Issuer, name: str) -> None:
    headers = issuer.bearer(sub=name, o={"id": name, "slg": "odd", "rol": "admin"})

    me = bare.get("/api/me", headers=headers)

    assert (me.status_code, me.json()["tenant_id"]) == (200, None)
    for path in (TOKEN, READ):
        assert problem(bare.get(path, headers=headers)) == (403, "tenant-required")
    sent = bare.post("/api/events", json=EVENT, headers=headers)
    assert problem(sent) == (403, "tenant-required")


def test_a_route_without_its_setting_says_so(bare: httpx2.Client, issuer: Issuer) -> None:
    sent = bare.post("/api/events", json=EVENT, headers=issuer.bearer())

    assert problem(sent) == (503, "not-configured")
    assert sent.json()["detail"] == "TINYBIRD_INGEST_TOKEN is not set."
    for endpoint in PUBLIC:
        read = bare.get(f"/api/analytics/{endpoint}")
        assert problem(read) == (503, "not-configured")
        assert read.json()["detail"] == "TINYBIRD_API_KEY is not set."


def test_a_read_that_tinybird_refuses_is_no_empty_answer(
    bare: httpx2.Client, issuer: Issuer
) -> None:
    assert problem(bare.get(READ, headers=issuer.bearer())) == (502, "tinybird-refused")


def test_a_parameter_that_the_pipe_refuses_is_400(
    client: httpx2.Client, ada: dict[str, str]
) -> None:
    listed = json.loads(next(ROOT.glob("src/*/endpoints.json")).read_text())["endpoints"]
    parameters = next(entry["parameters"] for entry in listed if entry["name"] == ENDPOINT)

    for parameter in parameters:
        if parameter["type"] in {"Date", "Int32"}:
            answer = client.get(f"{READ}?{parameter['name']}=x", headers=ada)
            assert problem(answer) == (400, "query-invalid")
            assert answer.json()["detail"]


def test_what_a_role_may_not_do_is_refused(
    stack: Stack, session_token: SessionToken, tmp_path: Path
) -> None:
    admin, member = (
        {"Authorization": f"Bearer {session_token(*who)}"}
        for who in ((ADA, ACME), (LINUS, INITECH))
    )

    with serving(stack.env, sources=with_policy(ADMINS_ALONE, tmp_path)) as app:
        for path in (TOKEN, READ):
            assert app.get(path, headers=admin).status_code == 200
            assert problem(app.get(path, headers=member)) == (403, "access-denied")
        assert app.post("/api/events", json=EVENT, headers=admin).status_code == 202
        sent = app.post("/api/events", json=EVENT, headers=member)
        assert problem(sent) == (403, "access-denied")
        assert app.get("/api/me", headers=member).status_code == 200
