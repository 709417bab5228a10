"""A whole local stack for one test run: free ports, a fresh identity, a temporary folder."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from ..identity import load_env_local
from ..mendable import Mendable
from .container import container_values
from .processes import ended_together, exit_on_sigterm
from .progress import step
from .project import Project
from .services import build, free_port, provision, services, without_identity


def up(project: Project) -> None:
    """Serve until standard input closes; print the app's environment as one JSON line.

    The line is `{"env": {...}, "data_dir": ..., "pids": {"tinybird": ..., "clerk": ...}}`; `env`
    holds all that the app needs, `PORT` (free a moment ago) included. It is `{"error": ...}`, a
    sentence that a user can act on, where there is nothing to serve.
    Raises: StartFailed, BuildFailed.
    """
    exit_on_sigterm()
    try:
        with tempfile.TemporaryDirectory(prefix="devstack-") as folder:
            _serve(project, Path(folder))
    except Mendable as error:
        print(json.dumps({"error": str(error)}), flush=True)
        raise


def _serve(project: Project, home: Path) -> None:
    local = services(project, home, home, _quiet, [free_port(), free_port()])
    load_env_local(home)
    with ended_together(local.children):
        with step("Starting Tinybird and Clerk"):
            local.start()
            urls = local.wait()
        environ = _app_environment(home, *urls)
        with step("Building the data project"):
            build(project.tinybird, int(environ["TB_LOCAL_PORT"]))
        if project.has_container:
            environ |= container_values(int(environ["TB_LOCAL_PORT"]), project.tinybird)
        provision(project, without_identity(os.environ) | environ)
        pids = {child.name: child.process.pid for child in local.children}
        print(json.dumps({"env": environ, "data_dir": str(home), "pids": pids}), flush=True)
        sys.stdin.read()


def _app_environment(home: Path, tinybird_url: str, clerk_url: str) -> dict[str, str]:
    ports = {
        "PORT": str(free_port()),
        "TB_LOCAL_PORT": tinybird_url.rsplit(":", 1)[1],
        "CLERK_LOCAL_PORT": clerk_url.rsplit(":", 1)[1],
    }
    os.environ.update(ports)
    return load_env_local(home) | ports


def _quiet(name: str, line: str) -> None:
    if "ready at" not in line:
        print(f"{name}: {line}", file=sys.stderr, flush=True)
