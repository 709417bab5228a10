"""Real input at its real size."""

from __future__ import annotations

from pathlib import Path

import pytest

from .flights import run


@pytest.mark.slow
def test_every_carrier_reads_exactly_the_counts_of_the_csv(project: Path) -> None:
    outcome = run(project, print)

    assert outcome.rows == 336_776
    assert outcome.carriers == 16
    assert outcome.differences == []
