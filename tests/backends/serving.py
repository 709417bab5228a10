"""The app of a backend as a process of its own, for tests of how it is served."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from ..processes import command_line
from ..product import stack


@dataclass(frozen=True, slots=True)
class Served:
    """A running app: its main process, its client, and the file that holds what it has printed."""

    process: subprocess.Popen[bytes]
    client: httpx2.Client
    printed: Path

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that serve, without those that only keep the books for them."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [
            child for child in children if "resource_tracker" not in "".join(command_line(child))
        ]


@contextlib.contextmanager
def serving(
    project: Path, folder: Path, env: dict[str, str], *options: str
) -> Generator[Served, None, None]:
    """Serve a project's app with nothing but `env` in its environment.

    Args: folder: where it runs, and where what it prints is kept.  env: with its PORT.
    """
    printed = folder / "printed"
    # It names the app; a `.env` is there only if the test has written one.
    shutil.copy(project / "pyproject.toml", folder)
    command = [project / ".venv" / "bin" / "app", "serve", *options]
    with printed.open("w") as out, httpx2.Client(timeout=30) as client:
        client.base_url = f"http://127.0.0.1:{env['PORT']}"
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            stack.wait_until_ready(process, f"{client.base_url}/readyz")
            yield Served(process, client, printed)
        finally:
            process.terminate()
            process.wait(60)
