"""The parts of a JWT, each in the one spelling that it has.

Decoders forgive padding, line breaks, the other alphabet and bits that stand for nothing, so that
one token has many texts; here it has one.
Source: https://www.rfc-editor.org/rfc/rfc7515#section-2, https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

import binascii
import json
import re
from typing import NoReturn

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
# With which letters a text may end whose last group has two or three: their other bits are zero.
_ENDINGS = {2: "AQgw", 3: "AEIMQUYcgkosw048"}
# What `base64` does in three calls more: these run four times for each new session.
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """Encode bytes as base64url without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode(text: str) -> bytes:
    """Decode base64url without padding.

    Raises: ValueError: it is spelled in another way than `encode` would.
    """
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url without padding")
    endings = _ENDINGS.get(len(text) % 4)
    if endings is not None and text[-1] not in endings:
        raise ValueError("not the base64url of any bytes")
    return binascii.a2b_base64((text + "=" * (-len(text) % 4)).encode().translate(_FROM_URL))


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
