"""Where `.env.local` and `.devstack/` lie: in a project made for the devstack, or far from others.

A foreign project's folder is left as it is. What `tb` finds in a `.env.local` there it would even
push into the workspace, as secrets.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from ..identity import is_local
from .project import is_served

STATE_VARIABLE = "DEVSTACK_STATE"


def home_of(
    folder: Path, chosen: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Path:
    """Return the folder that holds the identity and the state of the project in `folder`.

    It is `folder` itself where the project was made for the devstack or holds an identity already.
    Otherwise it is `chosen`, else DEVSTACK_STATE, else one below the user's folder of states.
    """
    if is_served(folder) or _has_identity(folder):
        return folder
    home = chosen or _folder_in(environ, STATE_VARIABLE) or _usual(folder, environ)
    return home.resolve()


def _has_identity(folder: Path) -> bool:
    path = folder / ".env.local"
    values = dotenv_values(path) if path.is_file() else {}
    return is_local(values.get("TINYBIRD_JWT_SECRET") or "")


def _usual(folder: Path, environ: Mapping[str, str]) -> Path:
    states = _folder_in(environ, "XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = os.path.realpath(folder)
    return states / "roost-devstack" / hashlib.sha256(path.encode()).hexdigest()[:16]


def _folder_in(environ: Mapping[str, str], variable: str) -> Path | None:
    return Path(environ[variable]) if environ.get(variable) else None
