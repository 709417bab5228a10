"""Clerk's public keys: a JWKS document or a PEM becomes a set of keys."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roost.identity import token_parts

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MAX_KEYS = 32


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys that may have signed a session token.

    only: the key of CLERK_JWT_KEY, which serves every `kid`.
    """

    by_kid: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    only: RSAPublicKey | None = None

    def find(self, kid: object) -> RSAPublicKey | None:
        """Return the key that a token's header names, or None."""
        if self.only is not None:
            return self.only
        return self.by_kid.get(kid) if isinstance(kid, str) else None

    def is_empty(self) -> bool:
        """Tell whether no token can be verified at all."""
        return self.only is None and not self.by_kid

    def same_as(self, other: KeySet) -> bool:
        """Tell whether two sets hold the same keys under the same names."""
        return self.by_kid == other.by_kid and self.only == other.only


def parse_jwks(document: bytes) -> KeySet:
    """Read a JWKS document; keys of other kinds are left out.

    Raises: ValueError: if no usable key is in it.
    """
    body = json.loads(document)
    entries = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWKS document")
    keys: dict[str, RSAPublicKey] = {}
    for entry in entries[:_MAX_KEYS]:
        key = _rsa_key(entry)
        if key is not None:
            keys[entry["kid"]] = key
    if not keys:
        raise ValueError("a JWKS document without an RS256 key")
    return KeySet(keys)


def parse_pem(text: str) -> KeySet:
    """Read the PEM of CLERK_JWT_KEY: whole, with literal `\\n`, on one line, or its body alone.

    Raises: ValueError: a sentence that goes on after the variable's name.
    """
    body = re.sub(r"-----[A-Z ]+-----|\\n|\s", "", text)
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    from roost.identity.rsa import read_pem

    return KeySet(only=read_pem(pem))


def _rsa_key(entry: object) -> RSAPublicKey | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    wanted = entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig"
    if not wanted or entry.get("alg", "RS256") != "RS256" or "d" in entry:
        return None
    try:
        # PyJWT forgives what is no base64url.
        for number in ("n", "e"):
            token_parts.decode(entry[number])
    except (ValueError, TypeError, KeyError):
        return None
    from roost.identity.rsa import read_jwk

    return read_jwk(entry)
