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


def ratio_of(rounds: Sequence[float], others: Sequence[Sequence[float]]) -> float:
    """Return the median of the rounds' ratios to the fastest of the others in the same round.

    A machine that is slow for a while is slow for all of a round.
    """
    best = map(min, *others) if len(others) > 1 else others[0]
    return statistics.median(ours / least for ours, least in zip(rounds, best, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
