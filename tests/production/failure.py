"""What ends a run."""

from __future__ import annotations


class StepFailed(Exception):
    """A step did not do what the documents say; the sentence says which, and what it said."""


def require(condition: object, sentence: str) -> None:
    """Go on only if a condition holds.

    Raises: StepFailed.
    """
    if not condition:
        raise StepFailed(sentence)
