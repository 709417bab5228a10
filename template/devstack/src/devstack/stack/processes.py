"""Child processes that end with us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from ..errors import UserError

GRACE_S = 15
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(UserError):
    """A process ended, or did not answer in time, before it was ready."""


@dataclass(slots=True)
class Child:
    """A child process in a process group of its own, its output passed on line by line."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    cwd: Path
    show: Callable[[str, str], None]
    lines: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        """Start the process, with nothing of an earlier run kept."""
        self.lines.clear()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.cwd,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C reaches us alone; we end the children in order.
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for_line(self, text: str, timeout_s: float) -> str:
        """Return the first line that holds `text`.

        Raises: StartFailed: the process ended or `timeout_s` passed without one.
        """
        deadline = time.monotonic() + timeout_s
        with self.changed:
            while True:
                for line in self.lines:
                    if text in line:
                        return line
                if self.process.poll() is not None:
                    raise StartFailed(self._ended())
                if time.monotonic() > deadline:
                    raise StartFailed(f"{self.name} was not ready within {timeout_s:.0f} s.")
                self.changed.wait(0.2)

    def stop(self) -> None:
        """End the process: SIGTERM, and SIGKILL for what is left of its group after that."""
        # To the leader alone: it ends its own workers in order.
        _end(self.process)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _read(self) -> None:
        process = self.process
        assert process.stdout is not None
        for line in process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                del self.lines[:-200]
                self.changed.notify_all()
            self.show(self.name, line.rstrip())

    def _ended(self) -> str:
        said = "\n".join(self.lines[-20:])
        return f"{self.name} ended with code {self.process.returncode}.\n{said}".rstrip()


def run_to_its_end(
    command: list[str], cwd: Path, environ: Mapping[str, str], *, kept: bool = False
) -> tuple[int, str]:
    """Run a command, ended in order if this process is; return its code and what it printed.

    Args: kept: return both of its streams as one text instead of showing them.
    """
    piped = subprocess.PIPE if kept else None
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=piped,
        stderr=subprocess.STDOUT if kept else None,
        text=True,
        errors="replace",
    )
    try:
        printed, _ = process.communicate()
    finally:
        # Killed, `uv run` would leave behind what it runs.
        _end(process)
    return process.returncode, printed or ""


def devstack_command(*arguments: str) -> list[str]:
    """Return the command that runs this devstack with `arguments`."""
    return [sys.executable, "-m", "devstack", *arguments]


@contextlib.contextmanager
def ended_together(children: list[Child]) -> Generator[None]:
    """Stop every process of `children`, newest first, when the block ends."""
    try:
        yield
    finally:
        # A second signal must not leave half of them behind.
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(children):
            child.stop()


def exit_on_sigterm() -> None:
    """Turn SIGTERM and SIGHUP into SystemExit, so that `finally` blocks run."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)


def _exit(number: int, _frame: FrameType | None) -> None:
    # Once: a signal to the group comes again from `uv run`, and must not break into the ending.
    for again in ENDING:
        signal.signal(again, signal.SIG_IGN)
    sys.exit(128 + number)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
