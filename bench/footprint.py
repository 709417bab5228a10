"""What an app takes before it has done anything: time to import it, memory of an idle worker."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.product import stack

from .rounds import Spread, spread_of
from .served import APP, Served
from .visitors import Visitors, bearer

_PYTHON = (*APP[:-1], "python")
# Where a machine forbids it, each import would compile everything anew.
_KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
_IMPORT = """
import time
since, spent = time.perf_counter(), time.process_time()
from roost.served import app
print(time.perf_counter() - since, time.process_time() - spent)
"""


@dataclass(frozen=True, slots=True)
class Import:
    """Seconds by the clock, and of computing, which a busy machine changes less."""

    wall_s: Spread
    cpu_s: Spread


def measure_imports(
    projects: Mapping[str, Path], environment: Mapping[str, str], rounds: int
) -> dict[str, Import]:
    """Import and build each app in turn, each time in a new process."""
    taken: dict[str, list[tuple[float, float]]] = {backend: [] for backend in projects}
    # In the first round the bytecode is compiled.
    for number in range(-1, rounds):
        for backend, project in projects.items():
            seconds = _import(project, environment)
            if number >= 0:
                taken[backend].append(seconds)
    return {backend: _summary(seconds) for backend, seconds in taken.items()}


def worker_megabytes(app: Served, visitors: Visitors) -> float:
    """Return the resident memory of a worker that has signed one visitor in and now waits."""
    headers = {"Authorization": bearer(visitors.token(0))}
    httpx2.get(f"http://127.0.0.1:{app.port}/api/me", headers=headers).raise_for_status()
    return app.worker.memory_info().rss / 1_000_000


def _summary(taken: list[tuple[float, float]]) -> Import:
    return Import(spread_of([wall for wall, _ in taken]), spread_of([cpu for _, cpu in taken]))


def _import(project: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    done = subprocess.run(
        [*_PYTHON, "-c", _IMPORT],
        cwd=project,
        env=stack.clean_environment() | environment | _KEEPS_BYTECODE,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)
