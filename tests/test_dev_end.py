"""`poe dev` leaves no process behind, however it is ended."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from .dev import Dev, free_ports

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending_it_ends_every_process_it_started(project: Path, number: signal.Signals) -> None:
    dev = Dev(project, free_ports())

    dev.end(number)

    assert dev.processes() == []
