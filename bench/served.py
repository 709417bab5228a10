"""A rendered app, served as `poe serve` does it, and the process that does its work."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.product import stack

APP = ("uv", "run", "--quiet", "--no-active", "--no-sync", "app")


@dataclass(frozen=True, slots=True)
class Served:
    """A running app with one worker."""

    backend: str
    port: int
    worker: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the time that the worker has computed, in all of its threads."""
        times = self.worker.cpu_times()
        return times.user + times.system


@contextlib.contextmanager
def served(backend: str, project: Path, environment: Mapping[str, str]) -> Generator[Served]:
    """Serve an app with one worker; its log is written, and goes nowhere."""
    port = stack.free_port()
    process = subprocess.Popen(
        [*APP, "serve"],
        cwd=project,
        env={**stack.clean_environment(), **environment, "PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        # Not /readyz, which asks Tinybird.
        stack.wait_until_ready(process, f"http://127.0.0.1:{port}/healthz")
        yield Served(backend, port, _worker(process))
    finally:
        process.terminate()
        process.wait(stack.READY_WITHIN_S)


def _worker(process: subprocess.Popen[bytes]) -> psutil.Process:
    # uv runs the app, which is Granian's supervisor, which has one child.
    children = psutil.Process(process.pid).children(recursive=True)
    (worker,) = (child for child in children if not child.children())
    return worker
