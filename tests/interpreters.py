"""The Pythons of this machine that a generated project supports. None is ever fetched."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")


@functools.cache
def interpreter(version: str) -> Path | None:
    """Return the path of a Python of that version, None where there is none."""
    return _found_by_uv(version) or _found_by_pyenv(version)


def missing() -> list[str]:
    """Return the supported versions that this machine has not."""
    return [version for version in SUPPORTED if interpreter(version) is None]


def _found_by_uv(version: str) -> Path | None:
    command = ["uv", "python", "find", "--no-project", "--no-python-downloads", version]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def _found_by_pyenv(version: str) -> Path | None:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return next(iter(sorted(root.glob(f"versions/{version}.*/bin/python"))), None)
