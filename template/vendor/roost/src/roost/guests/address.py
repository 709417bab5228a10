"""The signed address of a chart in a frame: for which tenant, on which sites, and until when.

`/embed/<chart>?e=<what it says>.<signature>#<guest token>`: the signature binds the frame to the
sites, which a fragment could not, for it never reaches the server.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from roost.errors import AppError
from roost.identity import token_parts
from roost.net.origins import parse_origin

MOST_ORIGINS = 20
# The name of a spec's file, and so nothing that would mean more in a path.
_CHART = re.compile(r"[A-Za-z0-9_]{1,100}")
# An origin becomes a part of a header, where these alone stand for nothing else.
_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]+")
# Apart from all else that a secret signs, and from what a later version of this says.
_SALT, _INFO = b"roost", b"embed address 1"


class Frame(NamedTuple):
    """What a signed address says; `expires_at` is in Unix seconds."""

    chart: str
    endpoint: str
    tenant_id: str
    origins: tuple[str, ...]
    expires_at: int


class FrameRefused(Exception):
    """An address that shows no chart: the status, and the sentence that its page says."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class FrameSigner:
    """Signs addresses and reads them, with a key that is made of the secret and is not it."""

    def __init__(self, secret: str) -> None:
        # HKDF: https://www.rfc-editor.org/rfc/rfc5869#section-2
        extracted = hmac.digest(_SALT, secret.encode(), "sha256")
        self._key = hmac.digest(extracted, _INFO + b"\x01", "sha256")

    def sign(self, frame: Frame) -> str:
        """Return the value of `e` in the address of a frame."""
        said = {
            "p": frame.endpoint,
            "t": frame.tenant_id,
            "o": frame.origins,
            "x": frame.expires_at,
        }
        payload = token_parts.encode(json.dumps(said, separators=(",", ":")).encode())
        return f"{payload}.{self._signature(frame.chart, payload)}"

    def read(self, chart: str, signed: str, now: float) -> Frame:
        """Return what an address says that this app has signed for this chart.

        Args: now: Unix seconds, UTC.
        Raises: FrameRefused: 403 for one that it has not, 410 for one that has expired.
        """
        payload, _, signature = signed.partition(".")
        if not hmac.compare_digest(
            signature.encode(errors="replace"), self._signature(chart, payload).encode()
        ):
            raise FrameRefused(403, "The address of this chart was not made by this app.")
        frame = _frame(chart, payload)
        if now >= frame.expires_at:
            raise FrameRefused(410, "The address of this chart has expired: load the page anew.")
        return frame

    def _signature(self, chart: str, payload: str) -> str:
        # The payload holds no dot, and a chart that is signed holds none either.
        message = f"{chart}.{payload}".encode(errors="replace")
        return token_parts.encode(hmac.digest(self._key, message, "sha256"))


def check_chart(chart: str) -> str:
    """Return the name of a chart.

    Raises: AppError: `request-invalid` (400) for what no spec's file can be called here.
    """
    if not _CHART.fullmatch(chart):
        raise AppError("request-invalid", "A chart is named in letters, digits and underscores.")
    return chart


def check_origins(origins: str | Iterable[str]) -> tuple[str, ...]:
    """Return the origins of the sites that may show a frame, each once.

    Raises: AppError: `request-invalid` (400) for none, too many, or what is no exact origin.
    """
    given = [origins] if isinstance(origins, str) else list(origins)
    try:
        found = tuple(dict.fromkeys(parse_origin(origin) for origin in given))
    except ValueError as error:
        raise AppError("request-invalid", f"An origin of a frame {error}.") from error
    if not all(_ORIGIN.fullmatch(origin) for origin in found):
        raise AppError("request-invalid", "A frame's origin is exact: https://www.example.com")
    if not 1 <= len(found) <= MOST_ORIGINS:
        raise AppError("request-invalid", f"A frame has from 1 to {MOST_ORIGINS} origins.")
    return found


def _frame(chart: str, payload: str) -> Frame:
    # `sign` has written it, for nobody else can.
    said = json.loads(token_parts.decode(payload))
    return Frame(chart, said["p"], said["t"], tuple(said["o"]), said["x"])
