"""The parts of a JWT, each in the one spelling that it has.

Decoders forgive padding, line breaks, the other alphabet and bits that stand for nothing, so that
one token has many texts; here it has one.
Source: https://www.rfc-editor.org/rfc/rfc7515#section-2, https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import base64
import json
import re
from typing import NoReturn

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
# With which letters a text may end whose last group has two or three: their other bits are zero.
_ENDINGS = {2: "AQgw", 3: "AEIMQUYcgkosw048"}


def encode(data: bytes) -> str:
    """Encode bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode base64url without padding.

    Raises: ValueError: it is spelled in another way than `encode` would.
    """
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url without padding")
    endings = _ENDINGS.get(len(text) % 4)
    if endings is not None and text[-1] not in endings:
        raise ValueError("not the base64url of any bytes")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decode_object(text: str) -> dict[str, object]:
    """Decode a header or claims.

    Raises: ValueError: it is no JSON object in UTF-8 whose keys are all different.
    """
    try:
        value = _DECODER.decode(decode(text).decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
