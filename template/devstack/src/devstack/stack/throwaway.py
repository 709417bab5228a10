"""Local services for the length of a block: free ports, a fresh identity, a temporary folder."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..identity import load_env_local
from .container import container_values
from .processes import ended_together
from .progress import step
from .project import Project
from .services import Services, build, free_port, provision, services, without_identity


@dataclass(frozen=True, slots=True)
class Throwaway:
    """Services that run; `env` holds all that the app needs, `PORT` (free a moment ago) included.

    `folder` holds their data, `pids` names their processes.
    """

    env: dict[str, str] = field(repr=False)
    folder: Path
    pids: dict[str, int]


@contextmanager
def throwaway(project: Project, *, with_clerk: bool = True) -> Generator[Throwaway]:
    """Run the services of a project, its data project built; all of it ends with the block.

    Nothing is written into the project.
    Raises: StartFailed, BuildFailed.
    """
    with tempfile.TemporaryDirectory(prefix="devstack-") as folder:
        home = Path(folder)
        ports = {name: str(free_port()) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}
        served = [int(ports["TB_LOCAL_PORT"]), int(ports["CLERK_LOCAL_PORT"])]
        local = services(project, home, home, _show, served, with_clerk=with_clerk)
        # The URLs of `.env.local` are made of them.
        os.environ.update(ports)
        environ = load_env_local(home) | ports
        with ended_together(local.children):
            _start(local)
            environ |= _built(project, environ, with_clerk=with_clerk)
            pids = {child.name: child.process.pid for child in local.children}
            yield Throwaway(environ, home, pids)


def _show(name: str, line: str) -> None:
    """Pass a line of a service on, unless it says only that the service is ready."""
    if "ready at" not in line:
        print(f"{name}: {line}", file=sys.stderr, flush=True)


def _start(local: Services) -> None:
    names = " and ".join(child.name.title() for child in local.children)
    with step(f"Starting {names}"):
        local.start()
        local.wait()


def _built(project: Project, environ: Mapping[str, str], *, with_clerk: bool) -> dict[str, str]:
    # Returns what of the environment the container alone knows.
    port = int(environ["TB_LOCAL_PORT"])
    with step("Building the data project"):
        build(project.tinybird, port)
    values = container_values(port, project.tinybird) if project.has_container else {}
    if with_clerk:
        provision(project, without_identity(os.environ) | dict(environ) | values)
    return values
