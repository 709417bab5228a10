"""What may be asked of a process that can end at any moment."""

from __future__ import annotations

import psutil


def command_line(process: psutil.Process) -> list[str]:
    """Return the command line of a process; empty if it has ended meanwhile, a zombie or not."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def folder_of(process: psutil.Process) -> str:
    """Return the folder that a process runs in; empty if it has ended meanwhile."""
    try:
        return process.cwd()
    except psutil.NoSuchProcess:
        return ""
