"""Asks both halves of a probe and tells whether their answers differ."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
import pyarrow.parquet

from .guesses import Guess
from .probes import Asked, Probe

# What differs from one answer to the next, whatever is asked; the length of a body is seen in it.
OWN = frozenset(
    {
        "date",
        "content-length",
        "x-request-id",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "expires",
    }
)
# How an answer may write a text that it quotes; a guess and its like are as long in each.
WRITTEN: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
    lambda text: text.replace("'", "\\'"),
)
_PARQUET = b"PAR1"
# The engine calls a list of texts by a hash of them, and shortens what it names to some length.
_SET_OF_TEXTS = re.compile(r"while executing 'FUNCTION [^\"]*__set_String_[^\"]*")


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells: its status, its headers and its body."""

    status: int
    headers: Mapping[str, str]
    body: str

    def lines(self) -> list[str]:
        """Return all of it, as text that two answers can be compared by."""
        return [
            str(self.status),
            *(f"{name}: {self.headers[name]}" for name in self.headers),
            self.body,
        ]


@dataclass(frozen=True, slots=True)
class Oracle:
    """A probe whose two answers differ."""

    probe: Probe
    held: Told
    free: Told

    def __str__(self) -> str:
        asked, guess = self.probe.held, self.probe.guess
        pairs = zip(self.held.lines(), self.free.lines(), strict=False)
        told = [(one[:300], other[:300]) for one, other in pairs if not _same(one, other, guess)]
        lines = [
            f"{self.probe.kind}: {asked.method} {asked.path} {dict(asked.params)} {asked.body}"
        ]
        for one, other in told:
            lines += [f"  {guess.held}: {one}", f"  {guess.free}: {other}"]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of one tenant, with a client for the app and one for Tinybird itself."""

    app: httpx2.Client
    tinybird: httpx2.Client
    session: Callable[[], str]

    def try_out(self, probe: Probe) -> Oracle | None:
        """Ask both halves; return an oracle if their answers differ."""
        held, free = self._ask(probe.held), self._ask(probe.free)
        lines = held.lines(), free.lines()
        if len(lines[0]) == len(lines[1]):
            pairs = zip(*lines, strict=True)
            if all(_same(one, other, probe.guess) for one, other in pairs):
                return None
        return Oracle(probe, held, free)

    def _ask(self, asked: Asked) -> Told:
        client = self.app if asked.to_app else self.tinybird
        reply = client.request(
            asked.method,
            asked.path,
            params=dict(asked.params),
            content=asked.body or None,
            headers={**asked.headers, **self._credential(asked)},
        )
        headers = {name: value for name, value in reply.headers.items() if name not in OWN}
        return Told(reply.status_code, headers, _plain(reply.content))

    def _credential(self, asked: Asked) -> dict[str, str]:
        # The client of Tinybird has its token already.
        return {"Authorization": f"Bearer {self.session()}"} if asked.to_app else {}


def _plain(content: bytes) -> str:
    if content.startswith(_PARQUET):
        # Its bytes hold checksums of the very texts.
        return str(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist())
    body = _SET_OF_TEXTS.sub("", content.decode("utf-8", "backslashreplace"))
    try:
        found = json.loads(body)
    except ValueError:
        return body
    if isinstance(found, dict):
        # What the service itself says of its work; docs/security.md tells what it shows.
        found.pop("statistics", None)
    return json.dumps(found)


def _same(one: str, other: str, guess: Guess) -> bool:
    """Tell whether two texts are the same but for the guess, which an answer may quote."""
    pairs = [(write(guess.held), write(guess.free)) for write in WRITTEN]
    place = 0
    while place < max(len(one), len(other)):
        quoted = (a for a, b in pairs if one.startswith(a, place) and other.startswith(b, place))
        step = len(next(quoted, ""))
        if not step and one[place : place + 1] != other[place : place + 1]:
            return False
        place += step or 1
    return True
