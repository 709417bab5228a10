"""The `dev` task: both services, the data project, demo data and the app, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ..identity import data_page, load_identity
from ..tinybird.project.endpoints import CatalogInvalid, catalog, catalog_text
from .announcement import ready_line
from .app import app_command, wait_until_ready
from .container import container_values, is_tinybird
from .edits import Datafiles
from .environment import local_environment, port_of
from .frontend import install, vite
from .processes import Child, StartFailed, ended_together, exit_on_sigterm, run_to_its_end
from .progress import say, step
from .project import Project
from .services import (
    BuildFailed,
    Services,
    build,
    free_port,
    has_build,
    provision,
    refuse_taken_ports,
    services,
)

_RESTARTS = 5
_NOTHING = "Nothing is built yet. Mend the file and save it: then it goes on."
_KEPT = "The previous build goes on serving. Mend the file and save it."


def dev(project: Project) -> None:
    """Run the whole product locally; every process it starts ends with it.

    Raises: PortsTaken, PortInvalid, StartFailed.
    """
    exit_on_sigterm()
    environ = local_environment(project.home)
    ports = {name: port_of(name) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}
    refuse_taken_ports(_needed(project, ports))
    local_ports = [ports["TB_LOCAL_PORT"], ports["CLERK_LOCAL_PORT"]]
    local = services(project, project.home, project.state, _show, local_ports)
    url = f"http://127.0.0.1:{ports['PORT']}"
    started: list[Child] = []
    with ended_together(started):
        if project.frontend is not None:
            install(project.frontend)
        _start_services(project, local, environ, started)
        files = Datafiles(project.tinybird)
        _build_first(project, files, environ, started)
        environ = _with_container(project, environ)
        provision(project, environ)
        _run("Sending demo events", project.seed, project.root, environ)
        if project.app:
            with step("Starting the app"):
                _start_app(project, environ, ports["PORT"], started)
        print(ready_line(project, url, environ, _data(project, environ)), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            _attend(project, files, started, _KEPT)


def _data(project: Project, environ: Mapping[str, str]) -> str:
    # Tinybird's own image has no such page.
    if project.has_container:
        return ""
    return data_page(environ["TINYBIRD_API_URL"], load_identity(project.home))


def write_catalog(project: Project) -> None:
    """Write the list of endpoints for the app, if it changed."""
    text = catalog_text(catalog(project.tinybird))
    if not project.catalog.exists() or project.catalog.read_text() != text:
        project.catalog.write_text(text)


def _write_types(project: Project) -> None:
    # Apart, because it brings a ClickHouse, which would stay in this process.
    if project.types:
        command = [sys.executable, "-m", "devstack", "endpoints", "--write"]
        run_to_its_end(command, project.root, dict(os.environ))


def _needed(project: Project, ports: Mapping[str, int]) -> dict[str, int]:
    # A container that runs already is used.
    used = project.has_container and is_tinybird(ports["TB_LOCAL_PORT"])
    unneeded = {"TB_LOCAL_PORT" if used else "", "" if project.app else "PORT"}
    return {name: port for name, port in ports.items() if name not in unneeded}


def _start_services(
    project: Project, local: Services, environ: dict[str, str], started: list[Child]
) -> None:
    with step("Starting Tinybird and Clerk"):
        started.extend(local.children)
        local.start()
        # The app's assets are made while the engine loads.
        _run(None, project.prepare, project.root, environ)
        local.wait()


def _build_first(
    project: Project, files: Datafiles, environ: dict[str, str], started: list[Child]
) -> None:
    if _build(project, files):
        return
    if has_build(_with_container(project, environ)):
        say(_KEPT)
        return
    say(_NOTHING)
    _attend(project, files, started, _NOTHING, until_built=True)


def _build(project: Project, files: Datafiles) -> bool:
    files.note_build()
    project.problems.unlink(missing_ok=True)
    try:
        with step("Building the data project"):
            build(project.tinybird, port_of("TB_LOCAL_PORT"))
            if project.app:
                write_catalog(project)
                _write_types(project)
    except (BuildFailed, CatalogInvalid) as error:
        say(str(error))
        project.problems.write_text(str(error))
        return False
    return True


def _with_container(project: Project, environ: dict[str, str]) -> dict[str, str]:
    if not project.has_container:
        return environ
    return environ | container_values(port_of("TB_LOCAL_PORT"), project.tinybird)


def _start_app(project: Project, environ: dict[str, str], port: int, started: list[Child]) -> None:
    if project.frontend is None:
        app = Child("app", app_command(project, port), environ, project.root, _show)
        _start(app, port, project, started)
        return
    # Whoever opens the product meets Vite, which asks the app for all that is not its own.
    behind = free_port()
    environ = environ | {"FRONTEND_MODE": "dev"}
    app = Child("app", app_command(project, behind), environ, project.root, _show)
    _start(app, behind, project, started)
    _start(vite(project.frontend, port, behind, _show), port, project, started)


def _start(child: Child, port: int, project: Project, started: list[Child]) -> None:
    child.start()
    started.append(child)
    wait_until_ready(child, f"http://127.0.0.1:{port}{project.ready}")


def _run(title: str | None, command: str, cwd: Path, environ: dict[str, str]) -> None:
    if not command:
        return
    # Their own progress is shown as it comes.
    started = time.monotonic()
    code, _ = run_to_its_end(shlex.split(command), cwd, environ)
    if code != 0:
        raise StartFailed(f"`{command}` ended with code {code}.")
    if title:
        say(f"✓ {title} ({time.monotonic() - started:.1f} s)")


def _attend(
    project: Project,
    files: Datafiles,
    children: list[Child],
    unbuilt: str,
    *,
    until_built: bool = False,
) -> None:
    restarts = dict.fromkeys((child.name for child in children), 0)
    for is_saved in files.saved():
        if is_saved and not _build(project, files):
            say(unbuilt)
        elif is_saved and until_built:
            return
        for child in children:
            if child.process.poll() is not None:
                restarts[child.name] += 1
                _restart(child, restarts[child.name])


def _restart(child: Child, count: int) -> None:
    code = child.process.returncode
    if count > _RESTARTS:
        raise StartFailed(f"{child.name} ended with code {code} again; see its lines above.")
    say(f"{child.name} ended with code {code}; starting it again.")
    child.stop()
    child.start()


def _show(name: str, line: str) -> None:
    if "ready at" not in line:
        say(f"{name:8} | {line}" if line else "")


def run(project: Project, command: list[str], *, needs_build: bool = False) -> None:
    """Replace this process by `command`, with `.env.local` in its environment.

    Raises: BuildFailed: it needs the data project as it is now, and `dev` could not build that.
    """
    if needs_build and project.problems.exists():
        raise BuildFailed(project.problems.read_text())
    environ = local_environment(project.home)
    if project.has_container:
        environ |= container_values(port_of("TB_LOCAL_PORT"), project.tinybird)
    try:
        os.execvpe(command[0], command, environ)
    except FileNotFoundError:
        sys.exit(f"{command[0]}: command not found")
