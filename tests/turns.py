"""Of several that say the same, those that are tried now; `make nightly` tries the others.

The turn goes on with each commit. TURN=2 in the environment chooses another.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

from .rendering import REPOSITORY

Value = TypeVar("Value")


def turn() -> int:
    """Return the number of this turn, which is that of the commit."""
    if given := os.environ.get("TURN"):
        return int(given)
    count = ["git", "rev-list", "--count", "HEAD"]
    done = subprocess.run(count, cwd=REPOSITORY, capture_output=True, text=True)
    return int(done.stdout or 0)


def in_turn(values: Sequence[Value], always: Sequence[Value] = ()) -> list[Value]:
    """Return those that are tried now: one by turns, and those that always are."""
    turning = [value for value in values if value not in always]
    return [*always, *turning[turn() % len(turning) :][:1]] if turning else [*always]


def by_turns(values: Sequence[object], always: Sequence[object] = ()) -> list[ParameterSet]:
    """Return all values as parameters, those marked `nightly` whose turn is another."""
    now = in_turn(values, always)
    return [
        pytest.param(value, marks=[] if value in now else [pytest.mark.nightly]) for value in values
    ]
