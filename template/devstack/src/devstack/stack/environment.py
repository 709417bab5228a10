"""The environment of local processes: `.env.local` under the process environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ..clerk.demo import demo_file, demo_pairs
from ..errors import PortInvalid
from ..identity import load_env_local, read_identity

# The app has an environment of its own: uv must not take this one for it.
INTERPRETER = frozenset({"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"})
DEFAULT_PORTS = {"PORT": 8000, "TB_LOCAL_PORT": 7181, "CLERK_LOCAL_PORT": 7190}


def port_of(variable: str, environ: Mapping[str, str] = os.environ) -> int:
    """Return the port that `variable` names, or its default.

    Raises: PortInvalid: the value is not a number from 0 to 65535.
    """
    text = environ.get(variable) or str(DEFAULT_PORTS[variable])
    if not text.isdecimal() or int(text) > 65535:
        raise PortInvalid(f"{variable}={text} is not a port: set it to a number up to 65535.")
    return int(text)


def local_environment(project: Path) -> dict[str, str]:
    """Return the process environment with what `.env.local` adds to it.

    A process variable, even an empty one, beats the file.
    Raises: IdentityInvalid: the file holds a key that is not a local one.
    """
    for variable in DEFAULT_PORTS:
        # An empty port means the default, in the file's ${PORT:-8000} too.
        if os.environ.get(variable) == "":
            del os.environ[variable]
    inherited = {name: value for name, value in os.environ.items() if name not in INTERPRETER}
    # Whom demo events are for: the app's seed cannot know the local Clerk's users.
    demo = {"DEMO_PAIRS": json.dumps(demo_pairs(demo_file(project)))}
    values = load_env_local(project)
    read_identity(values)
    return values | demo | inherited
