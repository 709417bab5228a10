"""From nothing to a built project: start, `tb --local build`, memory while nobody asks."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..rounds import Spread, spread_of
from .projects import write_fifty
from .server import serving


@dataclass(frozen=True, slots=True)
class Starting:
    """Seconds from start to ready, of the build, of `tb --version` alone; idle megabytes."""

    ready_s: Spread
    build_s: Spread
    cli_s: Spread
    megabytes: Spread


def measure(rounds: int) -> Starting:
    """Start a server on a new project, build it, look at its memory; each round anew."""
    found = [_round() for _ in range(rounds)]
    return Starting(*(spread_of(list(figures)) for figures in zip(*found, strict=True)))


def _round() -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        write_fifty(Path(folder))
        with serving(Path(folder)) as server:
            cli_s, build_s = server.tb("--version"), server.tb("build")
            return server.ready_s, build_s, cli_s, server.megabytes
