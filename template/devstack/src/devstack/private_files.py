"""What holds secrets is its owner's alone: no right for the group or for others."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# Copier and git write files as everybody may read them.
PRIVATE = (".env", ".env.local", ".devstack")


def make_private(project: Path) -> None:
    """Take the rights of others from the files and folders of `project` that hold secrets."""
    for name in PRIVATE:
        path = project / name
        if path.exists() and not path.is_symlink():
            # Another user's file, or a file system without modes, is theirs to protect.
            with contextlib.suppress(OSError):
                path.chmod(path.stat().st_mode & 0o700)


def write_privately() -> None:
    """Let every file that this process makes from now on be its owner's alone."""
    os.umask(0o077)
