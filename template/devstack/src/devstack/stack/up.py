"""A whole local stack for one test run."""

from __future__ import annotations

import json
import sys

from ..errors import UserError
from .processes import exit_on_sigterm
from .project import Project
from .throwaway import throwaway


def up(project: Project) -> None:
    """Serve until standard input closes; print the app's environment as one JSON line.

    The line is `{"env": {...}, "data_dir": ..., "pids": {"tinybird": ..., "clerk": ...}}`; `env`
    holds all that the app needs, `PORT` (free a moment ago) included. It is `{"error": ...}`, a
    sentence that a user can act on, where there is nothing to serve.
    Raises: StartFailed, BuildFailed.
    """
    exit_on_sigterm()
    try:
        with throwaway(project) as stack:
            line = {"env": stack.env, "data_dir": str(stack.folder), "pids": stack.pids}
            print(json.dumps(line), flush=True)
            sys.stdin.read()
    except UserError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        raise
