"""Medians of many short rounds, and how far the rounds lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of all rounds, between the quartiles of the rounds."""

    low: float
    median: float
    high: float

    def shown(self, digits: int = 0) -> str:
        """Write it as `median (low-high)`."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}-{self.high:,.{digits}f})"


def spread_of(rounds: Sequence[float]) -> Spread:
    """Summarise a figure of each round; two rounds at least."""
    low, median, high = statistics.quantiles(rounds, n=4, method="inclusive")
    return Spread(low, median, high)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
