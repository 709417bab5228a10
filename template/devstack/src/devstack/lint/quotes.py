"""Whether a place in a SQL text is code, or inside a text, a quoted name or a comment."""

from __future__ import annotations

import re

CODE, LINE = "", "\n"
_BLOCK = "*/"
# A place is named by what ends it.
_OPENING = re.compile(r"--|#[ !]|/\*|'|\"|`|\$\w*\$")
_ENDS = {"--": LINE, "# ": LINE, "#!": LINE, "/*": _BLOCK}
_QUOTES = ("'", '"', "`")


def place_after(text: str, place: str = CODE) -> str:
    """Return the place where `text` ends, if it began in `place`."""
    at = 0
    while at < len(text):
        if place == CODE:
            opening = _OPENING.search(text, at)
            if opening is None:
                return CODE
            at, place = opening.end(), _ENDS.get(opening[0], opening[0])
        else:
            end = _end(text, at, place)
            if end is None:
                return place
            at, place = end, CODE
    return place


def bare(text: str) -> str:
    """Return a SQL text without its comments, and with nothing inside of its quotes."""
    kept: list[str] = []
    at = 0
    while opening := _OPENING.search(text, at):
        place = _ENDS.get(opening[0], opening[0])
        end = _end(text, opening.end(), place) or len(text)
        kept += [text[at : opening.start()], " " if opening[0] in _ENDS else place * 2]
        at = end
    return "".join([*kept, text[at:]])


def _end(text: str, start: int, place: str) -> int | None:
    at = start
    while at < len(text):
        if place in _QUOTES and text[at] == "\\":
            at += 2
        elif text.startswith(place, at):
            return at + len(place)
        else:
            at += 1
    return None
