"""The local services, as child processes, and the official CLI beside them."""

from __future__ import annotations

import os
import shlex
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import httpx2

from ..errors import UserError
from ..tinybird.cli import cli_environment, quiet_environment
from . import container
from .build_problems import build_problems
from .environment import INTERPRETER
from .processes import Child, StartFailed, devstack_command, run_to_its_end
from .project import Project

READY_WITHIN_S = 90
_TINYBIRD_READY = "Tinybird ready at "
_CLERK_READY = "Clerk ready at "


class PortsTaken(UserError):
    """A port that the stack needs is in use."""


class BuildFailed(UserError):
    """The data project does not build; the text has a line for each problem: `file:line: why`."""


@dataclass(frozen=True, slots=True)
class Services:
    """The embedded Tinybird and the local Clerk of one identity, or the former alone.

    `home` holds the `.env.local` that identifies them, `state` their data.
    """

    tinybird: Child
    clerk: Child | None
    tinybird_within_s: int = READY_WITHIN_S

    @property
    def children(self) -> list[Child]:
        return [self.tinybird] if self.clerk is None else [self.tinybird, self.clerk]

    def start(self) -> None:
        """Start all at once."""
        for child in self.children:
            child.start()

    def wait(self) -> None:
        """Return once all of them listen.

        Raises: StartFailed: one of them ended instead.
        """
        self.tinybird.wait_for_line(_TINYBIRD_READY, self.tinybird_within_s)
        if self.clerk is not None:
            self.clerk.wait_for_line(_CLERK_READY, READY_WITHIN_S)


def services(
    project: Project,
    home: Path,
    state: Path,
    show: Callable[[str, str], None],
    ports: list[int],
    *,
    with_clerk: bool = True,
) -> Services:
    """Describe the two services; nothing is started yet. `ports`: Tinybird's and Clerk's."""
    environ = without_identity(os.environ)
    tinybird_port, clerk_port = (str(port) for port in ports)
    clerk = ["clerk", "--port", clerk_port, "--data-dir", str(state / "clerk")]
    clerk += ["--project", str(project.root), *project.clerk]
    if project.has_container:
        tinybird, folder = ["container", "--port", tinybird_port], project.root
        if home != project.root:
            tinybird += ["--compose-project", home.name]
    else:
        tinybird, folder = ["tinybird", "--quiet", "--port", tinybird_port], home
        tinybird += ["--data-dir", str(state / "tinybird"), "--project", str(project.tinybird)]
    return Services(
        Child("tinybird", devstack_command(*tinybird), environ, folder, show),
        Child("clerk", devstack_command(*clerk), environ, home, show) if with_clerk else None,
        container.READY_WITHIN_S if project.has_container else READY_WITHIN_S,
    )


def build(data_project: Path, port: int) -> str:
    """Run `tb --local build` and return what it printed.

    Raises: BuildFailed: a datafile was refused; the previous build goes on serving.
    """
    environ = without_identity(os.environ) | cli_environment(port, data_project)
    command = cli_command("--local", "build")
    code, printed = run_to_its_end(command, data_project, environ, kept=True)
    if code != 0:
        raise BuildFailed(build_problems(printed, data_project))
    return printed


def tb(data_project: Path, port: int, arguments: list[str]) -> NoReturn:
    """Replace this process by the official CLI on the local workspace."""
    environ = without_identity(os.environ) | cli_environment(port, data_project)
    environ |= quiet_environment(port, data_project, arguments)
    command = cli_command(*arguments)
    os.chdir(data_project)
    os.execve(command[0], command, environ)


def has_build(environ: Mapping[str, str]) -> bool:
    """Tell whether the workspace of `environ` serves an earlier build."""
    reply = httpx2.get(
        f"{environ['TINYBIRD_API_URL']}/v0/datasources",
        headers={"Authorization": f"Bearer {environ['TINYBIRD_JWT_SECRET']}"},
        timeout=60,
    )
    return bool(reply.raise_for_status().json()["datasources"])


def provision(project: Project, environ: Mapping[str, str]) -> None:
    """Have the app put into Clerk what it needs there, as it does in production.

    Raises: StartFailed: with what the command said.
    """
    if not project.provision:
        return
    kept = {name: value for name, value in environ.items() if name not in INTERPRETER}
    command = shlex.split(project.provision)
    code, printed = run_to_its_end(command, project.root, kept, kept=True)
    if code != 0:
        raise StartFailed(f"`{project.provision}` failed:\n{printed.strip()}")


def cli_command(*arguments: str) -> list[str]:
    """Return the command that runs the official CLI of this environment with `arguments`."""
    return [str(Path(sys.executable).with_name("tb")), *arguments]


def refuse_taken_ports(ports: Mapping[str, int]) -> None:
    """Check that each port is free; `ports`: variable to port.

    Raises: PortsTaken: names each port in use and the variable that changes it.
    """
    taken = [
        f"Port {port} is in use: set {variable} to another one, or end what listens there."
        for variable, port in ports.items()
        if not _is_free(port)
    ]
    if taken:
        raise PortsTaken("\n".join(taken))


def free_port() -> int:
    """Return a loopback port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def without_identity(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out every key and token: services take theirs from `.env.local`, the CLI needs none.

    A real one must not even be near them.
    """
    return {
        name: value
        for name, value in environ.items()
        if not name.removeprefix("NEXT_PUBLIC_").startswith(("TINYBIRD_", "CLERK_", "TB_TOKEN"))
    }


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
