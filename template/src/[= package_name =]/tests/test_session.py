from __future__ import annotations

import base64
import hmac
import json

import jwt
import pytest

from ..core.errors import AppError
from ..core.jwks import parse_jwks, parse_pem
from ..core.session import Session, SessionRules, verify_session
from .issuer import CLAIMS, Issuer

NOW = 1_800_000_000
RULES = SessionRules(
    "https://foo-bar-13.clerk.accounts.dev", frozenset({"https://app.example.com"})
)


def verify(issuer: Issuer, token: str, now: float = NOW) -> Session:
    return verify_session(token, parse_jwks(issuer.jwks()), RULES, now)


def refusal(issuer: Issuer, token: str, now: float = NOW) -> tuple[int, str]:
    with pytest.raises(AppError) as caught:
        verify(issuer, token, now)
    return caught.value.status, caught.value.code


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_version_2_token_becomes_a_session(issuer: Issuer) -> None:
    session = verify(issuer, issuer.issue())

    assert session.user_id == "user_ada"
    assert session.session_id == "sess_1"
    assert session.org_id == "org_acme"
    assert session.org_slug == "acme"
    assert session.role == "org:admin"
    assert session.permissions == {"org:analytics:read", "org:analytics:manage"}
    assert session.expires_at == 1_800_000_060
    assert session.impersonator_id is None


def test_a_version_1_token_says_the_same(issuer: Issuer) -> None:
    token = issuer.issue(
        v=None,
        o=None,
        org_id="org_acme",
        org_slug="acme",
        org_role="org:admin",
        org_permissions=["org:analytics:read", "org:analytics:manage"],
    )

    assert verify(issuer, token) == verify(issuer, issuer.issue())


def test_a_session_without_an_organization_has_none(issuer: Issuer) -> None:
    session = verify(issuer, issuer.issue(o=None))

    assert session.org_id is None
    assert session.permissions == frozenset()


def test_an_impersonator_is_named(issuer: Issuer) -> None:
    token = issuer.issue(act={"iss": "https://dashboard.clerk.com", "sub": "user_support"})

    assert verify(issuer, token).impersonator_id == "user_support"


@pytest.mark.parametrize("category", ["cl_B7d4PD111AAA", "cl_I7d4PD111III", None])
def test_session_categories_are_accepted(issuer: Issuer, category: str | None) -> None:
    token = issuer.issue({"cat": category} if category else None)

    assert verify(issuer, token).user_id == "user_ada"


@pytest.mark.parametrize(
    "header",
    [
        {"cat": "cl_B7d4PD222AAA"},
        {"cat": "cl_B7d4PD333AAA"},
        {"cat": "something-new"},
        {"typ": "at+jwt"},
        {"crit": ["exp"]},
        {"kid": "ins_unknown"},
    ],
)
def test_tokens_of_another_kind_are_refused(issuer: Issuer, header: dict[str, object]) -> None:
    assert refusal(issuer, issuer.issue(header)) == (401, "token-invalid")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "mch_robot"},
        {"sid": None},
        {"exp": None},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iss": None},
        {"iss": "https://evil.clerk.accounts.dev"},
        {"iss": "https://foo-bar-13.clerk.accounts.dev/"},
        {"sts": "expired"},
        {"v": 3},
        {"act": "user_support"},
    ],
)
def test_claims_that_cannot_be_right_are_refused(issuer: Issuer, claims: dict[str, object]) -> None:
    assert refusal(issuer, issuer.issue(None, **claims)) == (401, "token-invalid")


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_a_time_given_as_text_is_refused(issuer: Issuer, claim: str) -> None:
    payload = {**CLAIMS, claim: "1800000060"}
    token = jwt.api_jws.encode(
        json.dumps(payload).encode(), issuer.key, "RS256", {"kid": "ins_1", "typ": "JWT"}
    )

    assert refusal(issuer, token) == (401, "token-invalid")


@pytest.mark.parametrize("party", [None, "", "https://evil.example", ["https://app.example.com"]])
def test_a_token_for_another_origin_is_refused(issuer: Issuer, party: object) -> None:
    assert refusal(issuer, issuer.issue(azp=party)) == (401, "token-azp")


def test_a_pending_session_is_refused(issuer: Issuer) -> None:
    assert refusal(issuer, issuer.issue(sts="pending")) == (401, "session-pending")


@pytest.mark.parametrize(
    ("now", "code"),
    [(NOW + 64, None), (NOW + 65, "token-expired"), (NOW - 5, None), (NOW - 6, "token-not-active")],
)
def test_clocks_may_differ_by_five_seconds(issuer: Issuer, now: int, code: str | None) -> None:
    token = issuer.issue()

    if code is None:
        assert verify(issuer, token, now).user_id == "user_ada"
    else:
        assert refusal(issuer, token, now) == (401, code)


def test_a_token_without_a_signature_is_refused(issuer: Issuer) -> None:
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'ins_1'})}.{part(CLAIMS)}."

    assert refusal(issuer, unsigned) == (401, "token-invalid")


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(issuer: Issuer) -> None:
    header, payload = part({"alg": "HS256", "typ": "JWT", "kid": "ins_1"}), part(CLAIMS)
    secret = issuer.pem().encode()
    signature = hmac.digest(secret, f"{header}.{payload}".encode(), "sha256")
    token = f"{header}.{payload}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    assert refusal(issuer, token) == (401, "token-invalid")


def test_a_token_of_another_key_is_refused(issuer: Issuer) -> None:
    assert refusal(issuer, Issuer().issue()) == (401, "token-invalid")


def test_a_changed_payload_is_refused(issuer: Issuer) -> None:
    header, _, signature = issuer.issue().split(".")
    forged = f"{header}.{part(CLAIMS | {'sub': 'user_eve'})}.{signature}"

    assert refusal(issuer, forged) == (401, "token-invalid")


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "null", "é.é.é", "e30.e30.e30", "W10.W10.", "x" * 9000, "[" * 5000],
)
def test_garbage_is_refused(issuer: Issuer, token: str) -> None:
    assert refusal(issuer, token) == (401, "token-invalid")


def test_an_oversized_token_is_refused_though_it_is_signed(issuer: Issuer) -> None:
    assert refusal(issuer, issuer.issue(padding="x" * 8192)) == (401, "token-invalid")


@pytest.mark.parametrize(
    "spell",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: pem.replace("\n", ""),
        lambda pem: "".join(pem.splitlines()[1:-1]),
    ],
)
def test_a_pem_serves_every_kid_however_it_is_spelled(issuer: Issuer, spell) -> None:  # noqa: ANN001
    keys = parse_pem(spell(issuer.pem()))

    session = verify_session(issuer.issue({"kid": "ins_other"}), keys, RULES, NOW)

    assert session.user_id == "user_ada"


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{}, 7]}'])
def test_a_jwks_without_keys_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):
        parse_jwks(document)
