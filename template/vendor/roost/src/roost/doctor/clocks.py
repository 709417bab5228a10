"""This machine's clock against those of others: tokens live for a minute or a few."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from roost.doctor.findings import Finding, error, ok
from roost.identity.session import LEEWAY_S
from roost.net.client import Answer

# A Date header has whole seconds, and the answer was on its way for a moment.
_INEXACT_S = 2


def clock_finding(check: str, whose: str, answer: Answer, now: float) -> Iterator[Finding]:
    """Compare `now` (Unix seconds) with the Date of an answer that has just come."""
    theirs = _date_of(answer)
    if theirs is None:
        return
    skew = now - theirs
    if abs(skew) <= LEEWAY_S + _INEXACT_S:
        yield ok(check, f"This machine's clock agrees with {whose}'s.")
        return
    direction = "ahead of" if skew > 0 else "behind"
    yield error(
        check,
        f"This machine's clock is {abs(skew):.0f} s {direction} {whose}'s: tokens are refused.",
        "Set the clock by NTP (`timedatectl set-ntp true`).",
    )


def _date_of(answer: Answer) -> float | None:
    try:
        date = parsedate_to_datetime(answer.headers["date"]).timestamp()
        # What a cache has kept bears the date of then.
        return date + float(answer.headers.get("age", "0"))
    except (KeyError, ValueError):
        return None
