"""The app as a child process: when it is ready, and one that serves for the length of a block."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import time
from collections.abc import Generator, Mapping
from string import Template

import httpx2

from ..errors import UserError
from ..loopback import NO_AUTHORITIES
from .environment import INTERPRETER
from .processes import Child, StartFailed
from .progress import step
from .project import Project
from .services import without_identity

APP_READY_WITHIN_S = 60
_POLL_S = 0.1
_LAST_LINES = 20


@contextlib.contextmanager
def running_app(project: Project, env: Mapping[str, str]) -> Generator[str]:
    """Serve the app of a project, as it is when the block begins; yield its URL.

    What it says is shown where it turns out not to be usable.

    Args: env: of `throwaway`.
    Raises: StartFailed: it did not become ready.
    """
    # What is examined is not to change meanwhile.
    command = [word for word in app_command(project, env["PORT"]) if word != "--reload"]
    inherited = {k: v for k, v in without_identity(os.environ).items() if k not in INTERPRETER}
    app = Child("app", command, inherited | dict(env), project.root, lambda _name, _line: None)
    url = f"http://127.0.0.1:{env['PORT']}"
    app.start()
    try:
        with step("Starting the app"):
            wait_until_ready(app, url + project.ready)
        # Below the prefix where the product is, in an app that has others.
        yield url + project.ready.removesuffix("/readyz")
    except UserError:
        print("\n".join(app.lines[-_LAST_LINES:]), file=sys.stderr, flush=True)
        raise
    finally:
        app.stop()


def app_command(project: Project, port: int | str) -> list[str]:
    """Return the command that starts the app of a project on a port."""
    return shlex.split(Template(project.app).safe_substitute(PORT=port))


def wait_until_ready(app: Child, url: str) -> None:
    """Wait until the app answers 200 at a URL of its own.

    Raises: StartFailed: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + APP_READY_WITHIN_S
    with httpx2.Client(timeout=2, verify=NO_AUTHORITIES) as client:
        while time.monotonic() < deadline:
            if app.process.poll() is not None:
                raise StartFailed(f"The {app.name} ended with code {app.process.returncode}.")
            with contextlib.suppress(httpx2.TransportError):
                if client.get(url).status_code == 200:
                    return
            time.sleep(_POLL_S)
    raise StartFailed(f"{url} did not answer 200 within {APP_READY_WITHIN_S} s.")
