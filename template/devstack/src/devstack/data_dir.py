"""A service's folder of state, which one process at a time may use."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from .errors import DataDirInUse


def claim_data_dir(data_dir: Path, service: str) -> int:
    """Make the folder, readable by its owner alone, and lock it until the handle is closed.

    Args: service: what a sentence calls it, "local Clerk".
    Raises: DataDirInUse: another process holds it.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise DataDirInUse(
            f"Another {service} already uses {data_dir}: "
            "stop it, or start this one with another --data-dir."
        ) from error
    return handle
