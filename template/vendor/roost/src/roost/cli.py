"""The app's command line: `serve`, `check`, `seed`, `doctor` and the others."""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from roost.assets import BundlerMissing, build_vega
from roost.clerk_template.command import REFUSALS as TEMPLATE_REFUSALS
from roost.clerk_template.command import add_options as add_template_options
from roost.clerk_template.command import clerk_template
from roost.dashboard.pages import BuildMissing
from roost.doctor.command import add_options, doctor
from roost.environment import SettingsInvalid
from roost.net.timeouts import STOP_S
from roost.policy.access import PolicyInvalid
from roost.policy.catalog import CatalogMissing
from roost.policy.product import ProductInvalid
from roost.project import Project, ProjectUnknown, find_project
from roost.purge.run import purge
from roost.purge.unfinished import PurgeUnfinished
from roost.seeding import SeedImpossible, seed
from roost.telemetry.logs import LogFormat, log_configuration
from roost.variables import parse_days

LIBRARY = Path(__file__).parent

# Of one process, those that send nothing among them. Granian's own number is a thousand, shared by
# the processes: so many are held by one that opens them and is silent.
_CONNECTIONS = 8_000
# Beside the connections: files, and connections of the app's own. macOS allows 10,240 in all.
_OTHER_FILES = 1_000
# What is read ahead of a body that the app does not receive; more than any head that it takes.
_READ_AHEAD_BYTES = 131_072


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the process's exit code."""
    options = _parser().parse_args(arguments)
    try:
        project = find_project()
        if options.command == "doctor":
            return doctor(options, project.load_policy)
        if options.command == "clerk-template":
            return clerk_template(options.template_command, project.load_policy)
        _run(options, project)
    except _USER_ERRORS as error:
        print(error, file=sys.stderr)
        return 1
    return 0


class PortTaken(Exception):
    """Something else listens there; the sentence says what to do."""


_USER_ERRORS = (
    SettingsInvalid,
    PolicyInvalid,
    ProductInvalid,
    CatalogMissing,
    SeedImpossible,
    PortTaken,
    PurgeUnfinished,
    ProjectUnknown,
    BundlerMissing,
    BuildMissing,
    *TEMPLATE_REFUSALS,
)


def serve(host: str, port: int, workers: int, log: LogFormat, reload: Sequence[Path] = ()) -> None:
    """Serve the app until it is told to stop; again whenever a file in `reload` changes.

    Raises: PortTaken: if something else listens there.
    """
    _check_port_free(host, port)
    if reload:
        # A forked worker would go on with the policy that this process has imported.
        multiprocessing.set_start_method("spawn")
    _allow_connections()
    Granian(
        "roost.served:app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(max_buffer_size=_READ_AHEAD_BYTES),
        websockets=False,
        reload=bool(reload),
        reload_paths=list(reload) or None,
        log_dictconfig=log_configuration(log),
        workers_kill_timeout=STOP_S,
    ).serve()


def _run(options: argparse.Namespace, project: Project) -> None:
    if options.command == "assets":
        _build_assets(project)
        return
    if options.command == "policy":
        print(json.dumps(project.listing()))
        return
    settings = project.settings
    project.load_policy()
    if options.command == "serve":
        _build_assets(project)
        if project.dashboard is not None:
            project.pages.check(settings.frontend_mode)
        # A terminal and a server that reloads have people before them.
        default: LogFormat = "text" if options.reload or sys.stderr.isatty() else "json"
        log = settings.log_format or default
        reload = [project.folder, LIBRARY] if options.reload else []
        serve(options.host, options.port, options.workers, log, reload)
    elif options.command == "seed":
        asyncio.run(seed(project, options.events, options.days))
    elif options.command == "purge":
        asyncio.run(purge(options.grace_days, dry_run=options.dry_run))


def _build_assets(project: Project) -> None:
    if project.dashboard is not None and build_vega(project.dashboard):
        print("Built vega.js", file=sys.stderr)


def _allow_connections() -> None:
    # A shell often allows 1,024 files and more to those that ask; workers inherit what they get.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _check_port_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does, so that connections of an earlier run do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sentence = f"Cannot listen on {host}:{port} ({error.strerror}). Set PORT to another."
            raise PortTaken(sentence) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="check the settings and the policy")
    commands.add_parser("policy", help="print the policy as JSON, for the lint")
    serving = commands.add_parser("serve", help="serve the app")
    serving.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
    port, workers = os.environ.get("PORT") or "8000", os.environ.get("WEB_CONCURRENCY") or "1"
    serving.add_argument("--port", type=_port, default=port, help="default: PORT, or 8000")
    serving.add_argument(
        "--workers", type=_positive, default=workers, help="default: WEB_CONCURRENCY, or 1"
    )
    serving.add_argument("--reload", action="store_true", help="restart when a file changes")
    seeding = commands.add_parser("seed", help="send events of the demo tenants")
    seeding.add_argument("--events", type=_positive, default=20_000, help="of the largest tenant")
    seeding.add_argument("--days", type=_positive, default=60, help="up to now")
    purging = commands.add_parser("purge", help="remove the rows of deleted tenants")
    purging.add_argument("--grace-days", type=_days, help="default: PURGE_GRACE_DAYS, or 7")
    purging.add_argument("--dry-run", action="store_true", help="say what would be removed")
    commands.add_parser("assets", help="build what the dashboard's pages need")
    add_options(commands.add_parser("doctor", help="examine the deployed app"))
    minting = commands.add_parser("clerk-template", help="the JWT template that Clerk mints by")
    add_template_options(minting)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"PORT or --port is {text!r}: give a number up to 65535.")
    return int(text)


def _days(text: str) -> int:
    try:
        return parse_days(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on.")
    return int(text)
