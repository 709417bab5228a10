"""Names that the CLI computes by itself."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def build_workspace_name(project: Path) -> str:
    """Return the name that the CLI gives the workspace of the folder `project`.

    It hashes the path of the folder it runs in, which the system gives without symbolic links
    (observed with tinybird 5.0.2).
    """
    path = os.path.realpath(project)
    return f"Tinybird_Local_Build_{hashlib.sha256(path.encode()).hexdigest()}"
