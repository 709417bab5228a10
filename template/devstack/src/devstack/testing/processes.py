"""A local service for the length of a block, with its state in a folder of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..stack.services import without_identity

_GRACE_S = 30


class ServiceDidNotStart(RuntimeError):
    """The service ended before it was ready; the text is what it said."""


@contextmanager
def serving(service: str, folder: Path, *options: str) -> Generator[str]:
    """Run a service on a free port and yield its URL.

    Args: folder: empty; identity and state go there.
    Raises: ServiceDidNotStart.
    """
    log = folder / f"{service}.log"
    command = [sys.executable, "-m", "devstack", service, "--port", "0", "--data-dir", str(folder)]
    with log.open("w") as errors, _process([*command, *options], folder, errors.fileno()) as line:
        url = line.partition(" ready at ")[2].strip()
        if not url:
            raise ServiceDidNotStart(line + log.read_text())
        yield url


@contextmanager
def _process(command: list[str], folder: Path, errors: int) -> Generator[str]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=without_identity(os.environ),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_GRACE_S)
        process.stdout.close()
