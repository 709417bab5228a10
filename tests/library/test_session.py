from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import AppError
from roost.identity.jwks import parse_jwks, parse_pem
from roost.identity.session import (
    Session,
    SessionRules,
    SignatureRejected,
    parse_token,
    verify_session,
)

from .issuer import CLAIMS, Issuer, part

HEADER = {"alg": "RS256", "typ": "JWT", "kid": "ins_1"}
NOW = 1_800_000_000
RULES = SessionRules(
    "https://foo-bar-13.clerk.accounts.dev", frozenset({"https://app.example.com"})
)


def verify(issuer: Issuer, token: str, now: float = NOW) -> Session:
    return verify_session(parse_token(token), parse_jwks(issuer.jwks()), RULES, now)


def refused(issuer: Issuer, token: str, now: float = NOW) -> AppError:
    with pytest.raises(AppError) as caught:
        verify(issuer, token, now)
    return caught.value


def refusal(issuer: Issuer, token: str, now: float = NOW) -> tuple[int, str]:
    error = refused(issuer, token, now)
    return error.status, error.code


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
        {"cat": ""},
        {"cat": ["cl_B7d4PD111AAA"]},
        {"cat": {}},
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
        {"sid": ""},
        {"sid": ["sess_1"]},
        {"exp": None},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": NOW * 1000},
        {"exp": 10**400},
        {"nbf": float("-inf")},
        {"iat": False},
        {"iss": None},
        {"iss": "https://evil.clerk.accounts.dev"},
        {"iss": "https://foo-bar-13.clerk.accounts.dev/"},
        {"sts": "expired"},
        {"sts": ""},
        {"sts": True},
        {"v": 3},
        {"v": "2"},
        {"act": "user_support"},
        {"act": {}},
        {"act": {"sub": ""}},
        {"act": {"sub": 7}},
    ],
)
def test_claims_that_cannot_be_right_are_refused(issuer: Issuer, claims: dict[str, object]) -> None:
    assert refusal(issuer, issuer.issue(None, **claims)) == (401, "token-invalid")


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("time", ["1800000060", [1_800_000_060], None])
def test_a_time_that_is_no_number_is_refused(issuer: Issuer, claim: str, time: object) -> None:
    token = issuer.sign(HEADER, {**CLAIMS, claim: time})

    assert refusal(issuer, token) == (401, "token-invalid")


@pytest.mark.parametrize("payload", [[], "user_ada", 7, None])
def test_claims_that_are_no_object_are_refused(issuer: Issuer, payload: object) -> None:
    assert refusal(issuer, issuer.sign(HEADER, payload)) == (401, "token-invalid")


@pytest.mark.parametrize(
    "algorithm",
    ["none", "HS256", "RS384", "RS512", "PS256", "ES256", "rs256", "", None, ["RS256"]],
)
def test_a_good_signature_does_not_excuse_another_algorithm(
    issuer: Issuer, algorithm: object
) -> None:
    error = refused(issuer, issuer.sign({**HEADER, "alg": algorithm}))

    assert error.code == "token-invalid"
    assert type(error) is AppError


@pytest.mark.parametrize("kid", [None, 7, ["ins_1"], {"ins_1": 1}, "", "INS_1", "ins_1 "])
def test_a_key_is_found_under_its_exact_name_alone(issuer: Issuer, kid: object) -> None:
    assert type(refused(issuer, issuer.sign({**HEADER, "kid": kid}))) is SignatureRejected


def test_times_other_than_the_end_may_be_missing(issuer: Issuer) -> None:
    assert verify(issuer, issuer.issue(nbf=None, iat=None)).user_id == "user_ada"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_either_time_may_say_that_a_token_is_not_active_yet(issuer: Issuer, claim: str) -> None:
    early, in_time = issuer.issue(None, **{claim: NOW + 6}), issuer.issue(None, **{claim: NOW + 5})

    assert refusal(issuer, early) == (401, "token-not-active")
    assert verify(issuer, in_time).user_id == "user_ada"


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


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({"cat": "cl_B7d4PD222AAA"}, {"exp": NOW - 60}),
        ({"cat": "cl_B7d4PD333AAA"}, {"sub": "mch_robot"}),
        ({"crit": ["exp"]}, {"azp": "https://evil.example"}),
    ],
)
def test_the_header_is_judged_before_the_signature(
    issuer: Issuer, header: dict[str, object], claims: dict[str, object]
) -> None:
    forged = Issuer().sign({**HEADER, **header}, {**CLAIMS, **claims})

    error = refused(issuer, forged)

    # Only a rejected signature may be a reason to ask for new keys.
    assert (error.code, type(error)) == ("token-invalid", AppError)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 60},
        {"nbf": NOW + 60},
        {"azp": "https://evil.example"},
        {"sts": "pending"},
        {"sub": "mch_robot"},
    ],
)
def test_the_signature_is_judged_before_the_claims(
    issuer: Issuer, claims: dict[str, object]
) -> None:
    error = refused(issuer, Issuer().issue(None, **claims))

    assert (error.code, type(error)) == ("token-invalid", SignatureRejected)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "mch_robot", "exp": NOW - 60}, "token-invalid"),
        ({"sid": None, "azp": None}, "token-invalid"),
        ({"exp": NOW - 60, "nbf": NOW + 60}, "token-expired"),
        ({"exp": NOW - 60, "iss": "https://evil.clerk.accounts.dev"}, "token-expired"),
        ({"nbf": NOW + 60, "azp": None}, "token-not-active"),
        ({"iss": "https://evil.clerk.accounts.dev", "azp": None}, "token-invalid"),
        ({"azp": "https://evil.example", "sts": "pending"}, "token-azp"),
    ],
)
def test_of_two_wrong_claims_the_first_in_order_is_named(
    issuer: Issuer, claims: dict[str, object], code: str
) -> None:
    assert refusal(issuer, issuer.issue(None, **claims)) == (401, code)


def test_a_token_without_a_signature_is_refused(issuer: Issuer) -> None:
    for header in ({**HEADER, "alg": "none"}, HEADER):
        unsigned = f"{part(header)}.{part(CLAIMS)}."
        assert refusal(issuer, unsigned) == (401, "token-invalid")


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
@pytest.mark.parametrize("spell", [str.encode, lambda pem: pem.strip().encode()])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    issuer: Issuer,
    algorithm: str,
    spell,  # noqa: ANN001
) -> None:
    message = f"{part({**HEADER, 'alg': algorithm})}.{part(CLAIMS)}"
    signature = hmac.digest(spell(issuer.pem()), message.encode(), "sha256")

    for keys in (parse_jwks(issuer.jwks()), parse_pem(issuer.pem())):
        with pytest.raises(AppError, match="token-invalid"):
            verify_session(parse_token(f"{message}.{part(signature)}"), keys, RULES, NOW)


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


@pytest.mark.parametrize("junk", ["é", "\udc80", "\u200b", "\0", "!", " ", ".", ".e30", "==="])
def test_a_good_token_with_junk_about_it_is_refused(issuer: Issuer, junk: str) -> None:
    token = issuer.issue()

    assert refusal(issuer, token + junk) == (401, "token-invalid")
    assert refusal(issuer, junk + token) == (401, "token-invalid")


@pytest.mark.parametrize("header", ["[" * 4000, '{"alg": ' + "1" * 5000 + "}", '{"a": "\x80"}'])
def test_a_header_that_cannot_be_read_is_refused(issuer: Issuer, header: str) -> None:
    token = f"{part(header.encode('latin-1'))}.{part(CLAIMS)}.{part(b'x' * 256)}"

    assert refusal(issuer, token) == (401, "token-invalid")


def test_a_token_may_be_8_kilobytes_and_no_byte_longer(issuer: Issuer) -> None:
    longest = issuer.sign(HEADER, {**CLAIMS, "padding": "x" * 5512})
    longer = issuer.sign(HEADER, {**CLAIMS, "padding": "x" * 5513})

    assert (len(longest), len(longer)) == (8192, 8193)
    assert verify(issuer, longest).user_id == "user_ada"
    assert refusal(issuer, longer) == (401, "token-invalid")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "cat", "crit"]), JSON))
def test_no_header_whatever_is_more_than_refused(issuer: Issuer, header: dict[str, object]) -> None:
    keys = parse_jwks(issuer.jwks())

    with pytest.raises(AppError, match="token-invalid"):
        token = f"{part({**HEADER, **header})}.{part(CLAIMS)}.{part(b'x' * 256)}"
        verify_session(parse_token(token), keys, RULES, NOW)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "act", "org_id", "org_permissions"]), JSON))
def test_no_claims_whatever_are_more_than_refused(
    issuer: Issuer, claims: dict[str, object]
) -> None:
    try:
        session = verify(issuer, issuer.sign(HEADER, {**CLAIMS, **claims}))
    except AppError as error:
        assert error.status == 401
    else:
        assert session.user_id and session.session_id
        assert session.org_id is None or isinstance(session.org_id, str)


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
    token = parse_token(issuer.issue({"kid": "ins_other"}))

    session = verify_session(token, keys, RULES, NOW)

    assert session.user_id == "user_ada"


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{}, 7]}'])
def test_a_jwks_without_keys_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):
        parse_jwks(document)
