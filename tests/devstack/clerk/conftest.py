"""A fresh local Clerk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import Clerk, Clock, local_identity, running


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    """Run a local Clerk on the demo file, its clock in the test's hands."""
    with running(tmp_path / "clerk", local_identity(), Clock()) as one:
        yield one
