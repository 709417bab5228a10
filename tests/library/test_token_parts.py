"""One token has one spelling, whatever decoders forgive."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import AppError
from roost.identity.clerk import parse_publishable_key
from roost.identity.jwks import parse_jwks
from roost.identity.session import parse_token
from roost.identity.token_parts import decode, decode_object, encode
from roost.tinybird.tokens import is_signed_with, sign_claims
from roost.webhooks.receiver import verify
from standardwebhooks import Webhook

from .conftest import ENVIRONMENT, SECRET
from .issuer import Issuer

# "AQ" is the byte 1; "AR" to "Af" would be too, to a decoder that forgives.
OTHER_SPELLINGS = [
    "AQ==",
    "AQ=",
    "AR",
    "Af",
    " AQ",
    "AQ ",
    "AQ\n",
    "A Q",
    "A\nQ",
    "AQ\0",
    "A",
    "AQA=",
    "+/+/",
    "-_+-",
    "ÀQ",
    "AQ.",
    "=",
    "A=Q",
    "AQ%3D",
    "\uff21\uff31",
]


@given(st.binary(max_size=40))
def test_bytes_have_one_spelling(data: bytes) -> None:
    text = encode(data)

    assert decode(text) == data
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(st.text(alphabet="AQZaz09-_=+/ \n", max_size=12))
def test_a_text_is_the_one_spelling_of_its_bytes_or_refused(text: str) -> None:
    try:
        data = decode(text)
    except ValueError:
        return
    assert encode(data) == text


@pytest.mark.parametrize("text", OTHER_SPELLINGS)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        decode(text)


@pytest.mark.parametrize(
    "content",
    [
        b'{"alg":"RS256","alg":"RS256"}',
        b'{"alg":"RS256","\\u0061lg":"none"}',
        b'{"o":{"id":"org_a","id":"org_b"}}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b"[]",
        b"7",
        b"",
        b"{}x",
        b'\xef\xbb\xbf{"alg":"RS256"}',
        '{"alg":"RS256"}'.encode("utf-16"),
        b'{"a":' * 100_000,
        b'{"a":"\xff"}',
    ],
    ids=lambda content: str(content[:20]),
)
def test_a_part_is_one_object_with_different_keys(content: bytes) -> None:
    with pytest.raises(ValueError):
        decode_object(encode(content))


def spellings(part: str) -> list[str]:
    """Return texts that forgiving decoders take for the same bytes."""
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other_bits = part[:-1] + last[last.index(part[-1]) ^ 1]
    with_padding = part + "=" * (-len(part) % 4)
    other_alphabet = part.replace("-", "+").replace("_", "/")
    broken = (
        f"{part}=",
        f"{part}\n",
        f" {part}",
        f"{part[:8]}\n{part[8:]}",
        f"{part}.",
        f"{part}!",
    )
    return [*({with_padding, other_alphabet, other_bits} - {part}), *broken]


def test_a_session_token_has_one_spelling(issuer: Issuer) -> None:
    header, claims, signature = issuer.issue().split(".")
    parse_token(f"{header}.{claims}.{signature}")

    for text in [f"{header}.{claims}.{other}" for other in spellings(signature)]:
        with pytest.raises(AppError, match="token-invalid"):
            parse_token(text)
    for text in [f"{other}.{claims}.{signature}" for other in spellings(f"{header}")]:
        with pytest.raises(AppError, match="token-invalid"):
            parse_token(text)


def test_a_minted_token_has_one_spelling() -> None:
    token = sign_claims({"exp": 1}, SECRET)
    message, _, signature = token.rpartition(".")

    assert is_signed_with(token, SECRET)
    assert not is_signed_with(token, SECRET + "x")
    for other in spellings(signature):
        assert not is_signed_with(f"{message}.{other}", SECRET)


@pytest.mark.parametrize("claims", ['{"exp":1,"exp":2}', "[]", "7", ""])
def test_a_token_with_other_claims_than_an_object_is_not_ours(claims: str) -> None:
    header, _, _ = sign_claims({}, SECRET).split(".")

    assert not is_signed_with(f"{header}.{encode(claims.encode())}.", SECRET)


@pytest.mark.parametrize("name", ["n", "e"])
def test_a_key_has_one_spelling(issuer: Issuer, name: str) -> None:
    document = json.loads(issuer.jwks())
    good = document["keys"][0][name]

    for other in {good + "=" * (-len(good) % 4), f"{good}=", f"{good}\n", f"{good} "} - {good}:
        document["keys"][0][name] = other
        with pytest.raises(ValueError, match="without an RS256 key"):
            parse_jwks(json.dumps(document).encode())


def test_a_webhooks_signature_has_one_spelling() -> None:
    now, secret = (
        datetime.now(UTC).replace(microsecond=0),
        ENVIRONMENT["CLERK_WEBHOOK_SIGNING_SECRET"],
    )
    good = Webhook(secret).sign("msg_1", now, "{}")
    headers = {"svix-id": "msg_1", "svix-timestamp": str(int(now.timestamp()))}

    assert verify((secret,), (headers | {"svix-signature": f"v1,AA== {good}"}).get, b"{}") == "{}"
    bare = good.rstrip("=")
    for other in (
        bare,
        f"{good}=",
        f"{good}AA",
        f"{good},",
        f"{good}\n",
        bare.swapcase(),
        good.replace(",", ", "),
        f"V1{good[2:]}",
        f"{bare[:-1]}{chr(ord(bare[-1]) + 1)}=",
        good.replace("+", "-").replace("/", "_").rstrip("="),
    ):
        with pytest.raises(AppError, match="signature-invalid"):
            verify((secret,), (headers | {"svix-signature": other}).get, b"{}")


@pytest.mark.parametrize("spelled", ["{}.0", "{}e0", "+{}", " {}", "{} ", "0{}", "{}_0", "", "nan"])
def test_a_webhooks_time_has_one_spelling(spelled: str) -> None:
    now, secret = datetime.now(UTC), ENVIRONMENT["CLERK_WEBHOOK_SIGNING_SECRET"]
    signature = Webhook(secret).sign("msg_1", now, "{}")
    headers = {"svix-id": "msg_1", "svix-signature": signature}
    headers["svix-timestamp"] = spelled.format(int(now.timestamp()))

    with pytest.raises(AppError, match="signature-invalid"):
        verify((secret,), headers.get, b"{}")


@pytest.mark.parametrize("host", ["a.b$", "a.bc$", "a.bcd$"])
def test_a_publishable_key_is_padded_or_bare_and_nothing_else(host: str) -> None:
    padded = base64.b64encode(host.encode()).decode()
    bare = padded.rstrip("=")

    for text in (padded, bare):
        assert parse_publishable_key(f"pk_test_{text}").frontend_host == host[:-1]
    wrong = [f"{padded}=", f"{bare}===", f"{padded}\n", f" {padded}", f"{bare[:2]}\n{bare[2:]}"]
    if bare != padded:
        wrong.append(f"{bare[:-1]}{chr(ord(bare[-1]) + 1)}")
    for text in wrong:
        with pytest.raises(ValueError, match="publishable key"):
            parse_publishable_key(f"pk_test_{text}")
