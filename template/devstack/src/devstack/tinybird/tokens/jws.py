"""Signed tokens as they are written: JWS in its compact form, by HS256. No I/O.

Source: https://www.rfc-editor.org/rfc/rfc7515
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


# Whoever has a token sends it with every request.
@lru_cache(maxsize=1024)
def claims_of(token: str) -> Mapping[str, Any] | None:
    """Return the claims of a token that is written strictly, unverified; None for all else.

    One token has one spelling: no padding, no other alphabet, no name twice.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (_document(part) for part in parts[:2])
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(header, dict) and isinstance(claims, dict) else None


@lru_cache(maxsize=1024)
def is_signed(token: str, key: str) -> bool:
    """Tell whether a token is signed with `key` by HS256."""
    signed, _, signature = token.rpartition(".")
    # Compared as it is written: a signature has one spelling.
    expected = _base64url(_signature(signed, key))
    return hmac.compare_digest(signature.encode(), expected.encode())


def sign_jwt(claims: Mapping[str, Any], key: str) -> str:
    """Return the compact JWS (HS256) of `claims`."""
    header = _encoded({"alg": "HS256", "typ": "JWT"})
    signed = f"{header}.{_encoded(claims)}"
    return f"{signed}.{_base64url(_signature(signed, key))}"


def static_token(claims: Mapping[str, Any], signature: bytes) -> str:
    """Return a static token in the shape that clients know: `p.<claims>.<signature>`."""
    return f"p.{_encoded(claims)}.{_base64url(signature)}"


def _document(part: str) -> object:
    return json.loads(_decoded(part), object_pairs_hook=_unique, parse_constant=_refuse)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name stands there twice.")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number of JSON.")


def _signature(signed: str, key: str) -> bytes:
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()


def _encoded(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    # The decoder drops what it does not know; one spelling alone is right.
    if _base64url(data) != text:
        raise ValueError("The text is no base64url.")
    return data
