"""`poe dev` as a process that tests start, ask and end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2
import psutil

from .product import stack

DEV = ("uv", "run", "--quiet", "--no-active", "poe", "dev")
SAYS_WITHIN_S = 90


def free_ports() -> dict[str, str]:
    """Return three free ports, as the environment names them."""
    return {name: str(_free_port()) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    """Wait for a condition; what is out of reach meanwhile is asked again."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not within {within_s} s")


class Dev:
    """`poe dev` of `project` on `ports`, once it is ready if that `is_awaited`.

    `errors` are the lines that it shows beside the ready line.
    """

    def __init__(
        self,
        project: Path,
        ports: dict[str, str],
        command: Sequence[str] = DEV,
        *,
        is_awaited: bool = True,
    ) -> None:
        self.ports = ports
        self.url = f"http://127.0.0.1:{ports['PORT']}"
        self.project = project
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            command,
            cwd=project,
            env=stack.clean_environment() | ports,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._drainer = threading.Thread(target=self._drain, daemon=True)
        self._drainer.start()
        self.ready_line = ""
        if is_awaited:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Read the ready line."""
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()
        assert self.ready_line, "".join(self.errors)

    def wait_until_said(self, text: str) -> None:
        """Wait for a line beside the ready line that holds `text`."""
        deadline = time.monotonic() + SAYS_WITHIN_S
        while not any(text in line for line in self.errors):
            assert time.monotonic() < deadline, f"{text!r} not within {SAYS_WITHIN_S} s"
            assert self.process.poll() is None, "".join(self.errors)
            time.sleep(0.05)

    def end(self, number: signal.Signals, *, to_group: bool = False) -> None:
        """Send a signal as a supervisor does, or to the group as a terminal; wait for the end."""
        if to_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(60)
        self._drainer.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, task: str, *arguments: str) -> str:
        """Run another task of the project on the same ports and return what it prints."""
        result = subprocess.run(
            ["uv", "run", "--quiet", "--no-active", "poe", "--quiet", task, *arguments],
            cwd=self.project,
            env=stack.clean_environment() | self.ports,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def events(self, token: str) -> int:
        """Count all events of the token's tenant, as the page would."""
        minted = httpx2.get(
            f"{self.url}/api/tinybird/token",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        answer = minted.raise_for_status().json()
        counts = httpx2.get(
            f"{answer['api_url']}/v0/pipes/top_events.json",
            params={"date_from": "2000-01-01", "limit": "100"},
            headers={"Authorization": f"Bearer {answer['token']}"},
            timeout=60,
        )
        return sum(row["events"] for row in counts.raise_for_status().json()["data"])

    def _drain(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self.errors.extend(lines)

    def processes(self) -> list[psutil.Process]:
        """Return every process of this run: each has the run's port in its environment."""
        return [p for p in psutil.process_iter() if self._started(p)]

    def _started(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("TB_LOCAL_PORT") == self.ports["TB_LOCAL_PORT"]
        except psutil.Error:
            # Ended meanwhile, or another user's.
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
