"""RS256 by PyJWT and cryptography.

Imported where it is needed, which is when the first key is read: an app that is only imported,
and a command that verifies nobody, would wait for them in vain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import PyJWTError

_RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)
_MIN_BITS = 2048
_UNREADABLE = (PyJWTError, ValueError, TypeError, KeyError)


def is_signed(message: bytes, key: RSAPublicKey, signature: bytes) -> bool:
    """Tell whether `signature` is the RS256 signature of `message`."""
    return _RS256.verify(message, key, signature)


def read_pem(pem: str) -> RSAPublicKey:
    """Read a public key of at least 2048 bits.

    Raises: ValueError: a sentence that goes on after the variable's name.
    """
    try:
        key = _RS256.prepare_key(pem)
    except _UNREADABLE as error:
        raise ValueError("must be the PEM public key of Clerk's dashboard") from error
    if not _is_usable(key):
        raise ValueError("must be an RSA public key of at least 2048 bits")
    return key


def read_jwk(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    """Read a public key of at least 2048 bits, or None."""
    try:
        key = RSAAlgorithm.from_jwk(dict(entry))
    except _UNREADABLE:
        return None
    return key if _is_usable(key) else None


def _is_usable(key: object) -> TypeGuard[RSAPublicKey]:
    return isinstance(key, RSAPublicKey) and key.key_size >= _MIN_BITS
