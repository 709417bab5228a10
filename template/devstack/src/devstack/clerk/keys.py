"""The RSA keys that sign session tokens, and the key set that verifies them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from .store import StateUnreadable, write_private

_BITS = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under its id; Clerk's ids of keys are ids of instances (`ins_...`)."""

    kid: str
    private_key: rsa.RSAPrivateKey

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as a JWK, with the members that Clerk's have."""
        jwk = RSAAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        described = {"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256"}
        return {**described, "n": jwk["n"], "e": jwk["e"]}


class KeyRing:
    """The keys of one data directory, made at the first start and kept (mode 0600).

    The first key signs; every key is published.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = _read(path)
        if not self._keys:
            self._replace([_new_key(_new_kid())])

    @property
    def signing_key(self) -> SigningKey:
        """Return the key that signs."""
        return self._keys[0]

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the public key set."""
        return {"keys": [key.public_jwk() for key in self._keys]}

    def rotate(self, keep_old: bool = False, same_kid: bool = False) -> SigningKey:
        """Sign with a new key from now on.

        Args: keep_old: still publish the old one.  same_kid: put the new key under the old id.
        """
        fresh = _new_key(self.signing_key.kid if same_kid else _new_kid())
        self._replace([fresh, *self._keys] if keep_old and not same_kid else [fresh])
        return fresh

    def _replace(self, keys: list[SigningKey]) -> None:
        write_private(self._path, json.dumps([_encoded(key) for key in keys]))
        self._keys = keys


def _new_kid() -> str:
    return f"ins_local_{secrets.token_hex(10)}"


def _new_key(kid: str) -> SigningKey:
    return SigningKey(kid, rsa.generate_private_key(public_exponent=65537, key_size=_BITS))


def _encoded(key: SigningKey) -> dict[str, str]:
    pem = key.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {"kid": key.kid, "pem": pem.decode()}


def _read(path: Path) -> list[SigningKey]:
    try:
        return [_decoded(row) for row in json.loads(path.read_text())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise StateUnreadable(f"{path} is damaged: delete it and start again.") from error


def _decoded(row: Mapping[str, str]) -> SigningKey:
    key = serialization.load_pem_private_key(row["pem"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return SigningKey(row["kid"], key)
