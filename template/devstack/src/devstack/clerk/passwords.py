"""Passwords that people type are kept as their hashes: they may have typed one that they use."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_MARK = "scrypt"


def hashed(password: str) -> str:
    """Return what may be kept of a password."""
    salt = secrets.token_hex(16)
    return f"{_MARK}:{salt}:{_digest(password, salt)}"


def is_right(kept: str, password: str) -> bool:
    """Tell whether `password` is the one that was kept; the demo's are kept as they are."""
    mark, _, rest = kept.partition(":")
    if mark != _MARK:
        return hmac.compare_digest(kept.encode(), password.encode())
    salt, _, digest = rest.partition(":")
    return hmac.compare_digest(digest, _digest(password, salt))


def _digest(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**13, r=8, p=1).hex()
