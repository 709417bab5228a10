"""What the terminal shows while things start."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

_TICK_S = 0.25
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@contextmanager
def step(title: str) -> Generator[None]:
    """Show `title` with the seconds that the block takes, on a terminal while they pass."""
    started = time.monotonic()
    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(title, started, done), daemon=True)
    spinner.start()
    mark = "✗"
    try:
        yield
        mark = "✓"
    finally:
        done.set()
        spinner.join()
        say(f"{mark} {title} ({time.monotonic() - started:.1f} s)")


def say(text: str) -> None:
    """Print a line at once, over what a spinner left on the terminal's line."""
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


def _spin(title: str, started: float, done: threading.Event) -> None:
    if not sys.stderr.isatty():
        return
    frame = 0
    while not done.wait(_TICK_S):
        seconds = time.monotonic() - started
        mark = _FRAMES[frame % len(_FRAMES)]
        print(f"\r\033[K{mark} {title} {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        frame += 1
