"""The `dev` task: both services, the data project, demo data and the app, until Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from string import Template

import httpx2
from watchfiles import Change, watch

from ..clerk.demo import sign_in_hint
from ..tinybird.catalog import CatalogInvalid, catalog
from .container import container_values, is_tinybird
from .environment import local_environment, port_of
from .processes import Child, StartFailed, ended_together, exit_on_sigterm
from .progress import say, step
from .project import Project
from .services import BuildFailed, Services, build, provision, refuse_taken_ports, services

APP_READY_WITHIN_S = 60
_POLL_S = 0.1
_RESTARTS = 5
_DATAFILES = (".datasource", ".pipe", ".ndjson", ".csv", ".sql", ".connection", ".incl")


def dev(project: Project) -> None:
    """Run the whole product locally; every process it starts ends with it.

    Raises: PortsTaken, PortInvalid, StartFailed.
    """
    exit_on_sigterm()
    environ = local_environment(project.root)
    ports = {name: port_of(name) for name in ("PORT", "TB_LOCAL_PORT", "CLERK_LOCAL_PORT")}
    refuse_taken_ports(_needed(project, ports))
    local_ports = [ports["TB_LOCAL_PORT"], ports["CLERK_LOCAL_PORT"]]
    local = services(project, project.root, project.state, _show, local_ports)
    url = f"http://127.0.0.1:{ports['PORT']}"
    started: list[Child] = []
    with ended_together(started):
        _start_services(project, local, environ, started)
        _build(project, ports["TB_LOCAL_PORT"])
        if project.has_container:
            environ |= container_values(ports["TB_LOCAL_PORT"], project.tinybird)
        provision(project, environ)
        _run("Sending demo events", project.seed, project.root, environ)
        command = Template(project.app).safe_substitute(PORT=ports["PORT"])
        app = Child("app", shlex.split(command), environ, project.root, _show)
        with step("Starting the app"):
            app.start()
            started.append(app)
            _wait_until_ready(app, url + project.ready)
        print(f"Ready: {url}  {sign_in_hint()}  Ctrl-C ends it.", flush=True)
        _attend(project, started, ports["TB_LOCAL_PORT"])


def write_catalog(project: Project) -> None:
    """Write the list of endpoints for the app, if it changed."""
    text = json.dumps(catalog(project.tinybird), indent=2) + "\n"
    if not project.catalog.exists() or project.catalog.read_text() != text:
        project.catalog.write_text(text)


def _needed(project: Project, ports: Mapping[str, int]) -> dict[str, int]:
    # A container that runs already is used.
    used = project.has_container and is_tinybird(ports["TB_LOCAL_PORT"])
    return {name: port for name, port in ports.items() if not (used and name == "TB_LOCAL_PORT")}


def _start_services(
    project: Project, local: Services, environ: dict[str, str], started: list[Child]
) -> None:
    with step("Starting Tinybird and Clerk"):
        started.extend(local.children)
        local.start()
        # The app's assets are made while the engine loads.
        _run(None, project.prepare, project.root, environ)
        local.wait()


def _build(project: Project, port: int) -> None:
    try:
        with step("Building the data project"):
            build(project.tinybird, port)
            write_catalog(project)
    except (BuildFailed, CatalogInvalid) as error:
        say(f"{error}\nThe previous build goes on serving. Mend the file and save it.")


def _run(title: str | None, command: str, cwd: Path, environ: dict[str, str]) -> None:
    if not command:
        return
    # Their own progress is shown as it comes.
    started = time.monotonic()
    result = subprocess.run(shlex.split(command), cwd=cwd, env=environ, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise StartFailed(f"`{command}` ended with code {result.returncode}.")
    if title:
        say(f"✓ {title} ({time.monotonic() - started:.1f} s)")


def _wait_until_ready(app: Child, url: str) -> None:
    deadline = time.monotonic() + APP_READY_WITHIN_S
    with httpx2.Client(timeout=2) as client:
        while time.monotonic() < deadline:
            if app.process.poll() is not None:
                raise StartFailed(f"The app ended with code {app.process.returncode}.")
            with contextlib.suppress(httpx2.TransportError):
                if client.get(url).status_code == 200:
                    return
            time.sleep(_POLL_S)
    raise StartFailed(f"{url} did not answer 200 within {APP_READY_WITHIN_S} s.")


def _attend(project: Project, children: list[Child], port: int) -> None:
    restarts = dict.fromkeys((child.name for child in children), 0)
    for changes in watch(
        project.tinybird, watch_filter=_is_datafile, yield_on_timeout=True, rust_timeout=500
    ):
        if changes:
            _build(project, port)
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


def _is_datafile(_change: Change, path: str) -> bool:
    return path.endswith(_DATAFILES)


def _show(name: str, line: str) -> None:
    if "ready at" not in line:
        say(f"{name:8} | {line}" if line else "")


def run(project: Project, command: list[str]) -> None:
    """Replace this process by `command`, with `.env.local` in its environment."""
    environ = local_environment(project.root)
    if project.has_container:
        environ |= container_values(port_of("TB_LOCAL_PORT"), project.tinybird)
    try:
        os.execvpe(command[0], command, environ)
    except FileNotFoundError:
        sys.exit(f"{command[0]}: command not found")
