"""Where and with what a run was made."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

REPOSITORY_PACKAGES = ("clerk-backend-api", "pyjwt", "cryptography")


def load() -> str:
    """Say how busy the machine is: of one, five and fifteen minutes, as `uptime` does."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


def describe(node: list[str], load_before: str) -> list[str]:
    """Return the lines that date a run: when, on what, with which versions, how busy."""
    packages = ", ".join(f"{name} {version(name)}" for name in REPOSITORY_PACKAGES)
    return [
        _place(),
        f"Python {platform.python_version()}, Node {_node_version(node)}; {packages}.",
        _loads(load_before),
    ]


def place(load_before: str) -> list[str]:
    """Return the lines that date a run of the embedded Tinybird."""
    return [_place(), _loads(load_before)]


def _place() -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GB, {platform.system()} {_kernel()}."
    )


def _loads(before: str) -> str:
    return f"Load of the machine before {before}, after {load()}."


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _kernel() -> str:
    return ".".join(platform.release().split(".")[:2])


def _node_version(node: list[str]) -> str:
    shown = subprocess.run([*node, "--version"], check=True, stdout=subprocess.PIPE, text=True)
    return shown.stdout.strip().removeprefix("v")
