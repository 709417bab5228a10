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
_TIMED = """
import time
since, spent = time.perf_counter(), time.process_time()
{program}
print(time.perf_counter() - since, time.process_time() - spent)
"""
_APP = "from roost.served import app"
# The least that each framework serves.
_ALONE = {
    "fastapi": "from fastapi import FastAPI; FastAPI()",
    "flask": "from flask import Flask; Flask('alone')",
    "django": """
from django.conf import settings
settings.configure()
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
""",
    "litestar": "from litestar import Litestar; Litestar([])",
}


@dataclass(frozen=True, slots=True)
class Import:
    """Seconds by the clock, and of computing, which a busy machine changes less.

    ratio: of computing, to what the framework alone takes in the same round.
    """

    wall_s: Spread
    cpu_s: Spread
    ratio: Spread


def measure_imports(
    projects: Mapping[str, Path], environment: Mapping[str, str], rounds: int
) -> dict[str, Import]:
    """Import and build each app and its framework alone in turn, each time in a new process."""
    taken: dict[str, list[tuple[float, float, float]]] = {backend: [] for backend in projects}
    # In the first round the bytecode is compiled.
    for number in range(-1, rounds):
        for backend, project in projects.items():
            wall, cpu = _import(project, environment, _APP)
            _, alone = _import(project, environment, _ALONE[backend])
            if number >= 0:
                taken[backend].append((wall, cpu, cpu / alone))
    return {
        backend: Import(*(spread_of(figures) for figures in zip(*seconds, strict=True)))
        for backend, seconds in taken.items()
    }


def worker_megabytes(app: Served, visitors: Visitors) -> float:
    """Return the resident memory of a worker that has signed one visitor in and now waits."""
    headers = {"Authorization": bearer(visitors.token(0))}
    httpx2.get(f"http://127.0.0.1:{app.port}/api/me", headers=headers).raise_for_status()
    return app.worker.memory_info().rss / 1_000_000


def _import(project: Path, environment: Mapping[str, str], program: str) -> tuple[float, float]:
    done = subprocess.run(
        [*_PYTHON, "-c", _TIMED.format(program=program)],
        cwd=project,
        env={**stack.clean_environment(), **environment, **_KEEPS_BYTECODE},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)
