"""What a Clerk publishable key says: the instance's address and its cookies' suffix."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from roost.net.origins import hostname_of

_SENTENCE = "must be the publishable key of Clerk's dashboard: pk_test_... or pk_live_..."


class PublishableKey(NamedTuple):
    """A publishable key and the Frontend API that it names.

    frontend_host: host, optionally with port and path.
    """

    text: str
    is_live: bool
    frontend_host: str


def parse_publishable_key(text: str) -> PublishableKey:
    """Decode `pk_test_` or `pk_live_` and base64 of the Frontend API's host and `$`.

    Raises: ValueError: a sentence that goes on after the variable's name.
    Source: https://clerk.com/docs/guides/how-clerk-works/overview
    """
    kind, _, encoded = text.removeprefix("pk_").partition("_")
    if not text.startswith("pk_") or kind not in {"test", "live"} or "_" in encoded:
        raise ValueError(_SENTENCE)
    host = _decode(encoded)
    if not host.endswith("$") or host.count("$") != 1:
        raise ValueError(_SENTENCE)
    host = host[:-1]
    name = hostname_of(host.partition("/")[0])
    if "." not in name or any(c.isspace() or not c.isprintable() for c in host):
        raise ValueError(_SENTENCE)
    return PublishableKey(text, kind == "live", host)


def cookie_suffix(publishable_key: str) -> str:
    """Return the suffix that keeps the cookies of two Clerk apps on one host apart."""
    digest = hashlib.sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode()[:8]


def _decode(encoded: str) -> str:
    # Clerk's dashboard shows keys with padding and without; nothing else has two spellings.
    bare = encoded.rstrip("=")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        host = decoded.decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(_SENTENCE) from error
    padded = base64.b64encode(decoded).decode()
    if encoded not in {padded, padded.rstrip("=")}:
        raise ValueError(_SENTENCE)
    return host
