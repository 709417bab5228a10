"""A JWT has one spelling, and times that are times; all else is refused with 403."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx2
import pytest

from ..tinybird_server import FAR_FUTURE, Server

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SCOPES = '[{"type": "PIPES:READ", "resource": "names"}]'
URL = "/v0/pipes/names.json"


@pytest.fixture(scope="module")
def client(built: Server) -> Iterator[httpx2.Client]:
    with built.client("") as client:
        yield client


def test_a_token_as_it_is_made_reads(built: Server, client: httpx2.Client) -> None:
    assert _status(client, _token(built)) == 200
    assert _status(client, _token(built, '"nbf": 1, "iat": 1, "exp": 4102444800.5')) == 200


@pytest.mark.parametrize(
    "times",
    [
        *('"exp": true', '"exp": false', '"exp": "4102444800"', '"exp": null', '"iat": 1'),
        *(
            '"exp": NaN',
            '"exp": Infinity',
            '"exp": -Infinity',
            '"exp": 1e999',
            '"exp": [4102444800]',
        ),
        *(
            '"exp": {"a": 1}',
            f'"exp": 1{"0" * 400}',
            '"exp": 4102444800000',
            '"exp": -1',
            '"exp": 0',
        ),
        *('"exp": 253402300800', '"exp": 1e300', f'"exp": {FAR_FUTURE}, "nbf": {FAR_FUTURE}'),
        f'"exp": {FAR_FUTURE}, "nbf": true',
        f'"exp": {FAR_FUTURE}, "nbf": "1"',
        f'"exp": {FAR_FUTURE}, "nbf": null',
        f'"exp": {FAR_FUTURE}, "nbf": 1e999',
        f'"exp": {FAR_FUTURE}, "nbf": NaN',
    ],
)
def test_a_time_that_is_none_is_refused(built: Server, client: httpx2.Client, times: str) -> None:
    assert _status(client, _token(built, times)) == 403


@pytest.mark.parametrize(
    "twice",
    [
        '"exp": 1, "exp": 4102444800',
        '"exp": 4102444800, "exp": 4102444800',
        '"exp": 4102444800, "scopes": []',
        '"exp": 4102444800, "name": "other"',
        '"exp": 4102444800, "limits": {"rps": 1, "rps": 2}',
        '"exp": 4102444800, "more": [{"a": {"b": 1, "b": 1}}]',
        '"exp": 4102444800, "\\u0065xp": 4102444800',
    ],
)
def test_a_claim_that_stands_there_twice_is_refused(
    built: Server, client: httpx2.Client, twice: str
) -> None:
    assert _status(client, _token(built, twice)) == 403


@pytest.mark.parametrize(
    "header",
    [
        *(
            '{"alg": "HS256", "alg": "HS256"}',
            '{"alg": "none", "alg": "HS256"}',
            "[]",
            "1",
            "",
            "{",
        ),
        *('"HS256"', "null", '{"alg": NaN}', "\xff", '{"alg": "HS256"} x'),
    ],
)
def test_a_header_that_is_no_object_of_json_is_refused(
    built: Server, client: httpx2.Client, header: str
) -> None:
    assert _status(client, _token(built, header=header.encode("latin-1"))) == 403


def test_deep_claims_are_refused(built: Server, client: httpx2.Client) -> None:
    for deep in (200, 3_000):
        claims = f'"exp": {FAR_FUTURE}, "deep": {"[" * deep}{"]" * deep}'
        assert _status(client, _token(built, claims)) in (200, 403)
    header = b"[" * 3_000 + b"]" * 3_000
    assert _status(client, _token(built, header=header)) == 403


def test_another_spelling_of_a_token_is_refused(built: Server, client: httpx2.Client) -> None:
    token = _token(built)
    header, claims, signature = token.split(".")

    others = [
        f"{token}=",
        f"{token}==",
        f"{token}AAAA",
        f"{token}A",
        f"{token}.",
        f"{token}!",
        f"{token}~~~~",
        f"{token}\u00a0",
        f" {token}",
        f"{token} ",
        f"{token}\t",
        f"{token}\n",
        f"{header}.{claims}.{signature[:20]} {signature[20:]}",
        f"{header}.{claims}.{signature[:20]}\n{signature[20:]}",
        f"{header}.{claims}.{signature[:20]}={signature[20:]}",
        f"{header}.{claims}.{_next(signature)}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f".{header}.{claims}.{signature}",
    ]

    assert {_status(client, other): other for other in others} == {403: others[-1]}


def test_a_signature_in_the_other_alphabet_is_refused(built: Server, client: httpx2.Client) -> None:
    tokens = (_token(built, f'"exp": {FAR_FUTURE}, "n": {n}') for n in range(100))
    token = next(token for token in tokens if "-" in token.rpartition(".")[2])

    signed, _, signature = token.rpartition(".")

    assert _status(client, token) == 200
    assert _status(client, f"{signed}.{signature.replace('-', '+')}") == 403


@pytest.mark.parametrize("spelled", ["padded", "spaced", "other alphabet", "bits", "junk"])
def test_a_part_that_is_signed_as_it_is_misspelled_is_refused(
    built: Server, client: httpx2.Client, spelled: str
) -> None:
    # "name" comes out with both letters that the alphabets differ in.
    claims = _base64url(
        f'{{{_claims(built)}, "exp": {FAR_FUTURE}, "n": "\u00ff\u00fe~~??>>"}}'.encode()
    )
    claims += "=" * (-len(claims) % 4)
    plain = claims.rstrip("=")
    odd = {
        "padded": claims if claims != plain else f"{plain}====",
        "spaced": f"{plain[:8]} {plain[8:]}",
        "other alphabet": plain.replace("-", "+").replace("_", "/"),
        "bits": _next(plain) if len(plain) % 4 else f"{plain}A",
        "junk": f"{plain}!!!!",
    }[spelled]

    assert _status(client, _signed(built, f"{_base64url(b'{}')}.{plain}")) == 200
    assert odd != plain
    assert _status(client, _signed(built, f"{_base64url(b'{}')}.{odd}")) == 403


def _status(client: httpx2.Client, token: str) -> int:
    by_query = client.get(URL, params={"token": token}).status_code
    if not token.isascii() or not token.isprintable() or token != token.strip():
        # A header cannot carry it as it is.
        return by_query
    by_header = client.get(URL, headers={"Authorization": f"Bearer {token}"}).status_code
    assert by_header == by_query
    return by_query


def _token(built: Server, times: str = f'"exp": {FAR_FUTURE}', *, header: bytes = b"{}") -> str:
    claims = f"{{{_claims(built)}, {times}}}" if times else "{}"
    return _signed(built, f"{_base64url(header)}.{_base64url(claims.encode())}")


def _claims(built: Server) -> str:
    workspace = json.dumps(built.identity.workspace_id)
    return f'"workspace_id": {workspace}, "name": "x", "scopes": {SCOPES}'


def _signed(built: Server, text: str) -> str:
    key = built.identity.workspace_token.encode()
    return f"{text}.{_base64url(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _next(text: str) -> str:
    """Return a spelling of the same bytes: the last letter has bits that none of them needs."""
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) + 1]
