"""The command line of the devstack."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from .checks import add_checks, lint_command, prove_command
from .errors import UserError
from .exposure import add_exposure_options, exposure_of
from .identity import data_page, load_identity
from .private_files import make_private, write_privately
from .stack.environment import port_of
from .stack.home import home_of
from .stack.project import Project, data_project_of, read_data_project

# What they are given is another program's to understand.
_FOREIGN = ("npm", "run", "tb")


def main() -> None:
    """Run one command; a `UserError` ends with one sentence and code 1."""
    arguments, rest = _parser().parse_known_args(_own_arguments())
    if rest and arguments.command not in _FOREIGN:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        _protect()
        COMMANDS[arguments.command](arguments, _foreign_arguments())
    except KeyboardInterrupt:
        sys.exit(130)
    except UserError as error:
        sys.exit(str(error))


def _protect() -> None:
    # Of a project that is not ours nothing is changed, no rights either.
    if home_of(Path.cwd()) == Path.cwd():
        make_private(Path.cwd())


def _own_arguments() -> list[str]:
    # What follows `run --`, `tb` and `npm` belongs to another program, its --help too.
    words = sys.argv[1:]
    return words[:1] if words and words[0] in _FOREIGN else words


def _foreign_arguments() -> list[str]:
    words = sys.argv[2:]
    return words[1:] if words[:1] == ["--"] else words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dev", help="everything: services, data project, demo data, app")
    commands.add_parser("up", help="services and data project for one test run")
    tinybird = commands.add_parser("tinybird", help="the embedded Tinybird alone")
    _add_server_options(tinybird, "TB_LOCAL_PORT")
    tinybird.add_argument("--project", type=Path, help="the data project's folder")
    tinybird.add_argument("--ttl", action="store_true", help="let TTLs delete rows")
    tinybird.add_argument("--quiet", action="store_true", help="say nothing of the CLI at start")
    container = commands.add_parser("container", help="Tinybird's own image alone")
    container.add_argument("--port", type=int, help="default: TB_LOCAL_PORT")
    container.add_argument("--compose-project", help="of a run of its own")
    clerk = commands.add_parser("clerk", help="the local Clerk alone")
    _add_server_options(clerk, "CLERK_LOCAL_PORT")
    clerk.add_argument("--project", type=Path, help="the project's folder; default: this one")
    clerk.add_argument(
        "--personal-accounts", action="store_true", help="nobody must choose an organization"
    )
    clerk.add_argument("--no-clerkjs", action="store_true", help="fetch nothing for pages")
    token = commands.add_parser("session-token", help="print a session token of the local Clerk")
    token.add_argument("--user", help="a user's id")
    token.add_argument("--org", help="an organization's id, or none")
    token.add_argument("--list", action="store_true", help="print the demo pairs as JSON")
    webhook = commands.add_parser("webhook-send", help="deliver an event of Clerk's to the app")
    webhook.add_argument("event", metavar="TYPE", help="such as organization.deleted")
    webhook.add_argument("--id", help="of the organization or the user")
    webhook.add_argument("--user", help="whose membership in the organization")
    endpoints = commands.add_parser("endpoints", help="print the endpoints of the data project")
    endpoints.add_argument("--write", action="store_true", help="write the app's list of them")
    add_checks(commands)
    commands.add_parser("data", help="print the address of the page that shows local data")
    commands.add_parser("tb", help="the official CLI on the local workspace", add_help=False)
    commands.add_parser("npm", help="npm in the folder of the page", add_help=False)
    commands.add_parser("run", help="run a command with .env.local in its environment")
    return parser


def _add_server_options(parser: argparse.ArgumentParser, variable: str) -> None:
    parser.add_argument("--port", type=int, help=f"default: {variable}")
    parser.add_argument("--data-dir", type=Path, help="where all of it is kept")
    add_exposure_options(parser)


def _dev(_arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .stack.dev import dev

    dev(_project())


def _up(_arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .stack.up import up

    up(_project())


def _tinybird(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .tinybird.cli import cli_hints
    from .tinybird.server import serve

    port = port_of("TB_LOCAL_PORT") if arguments.port is None else arguments.port
    home, data_dir = _places(arguments, "tinybird")
    folder = (arguments.project or data_project_of(Path.cwd())).resolve()
    write_privately()
    exposure = exposure_of(arguments, Path.cwd())
    hints = "" if arguments.quiet else cli_hints(port)
    serve(load_identity(home), folder, port, data_dir, arguments.ttl, exposure, hints)


def _container(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .stack.container import serve_container

    port = port_of("TB_LOCAL_PORT") if arguments.port is None else arguments.port
    serve_container(port, arguments.compose_project)


def _clerk(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .clerk.clerkjs import ClerkJsUnavailable, fetch_clerkjs
    from .clerk.server import serve

    try:
        if not arguments.no_clerkjs:
            fetch_clerkjs(_say)
    except ClerkJsUnavailable as error:
        # Tokens do without it; a page says so too.
        _say(str(error))
    port = port_of("CLERK_LOCAL_PORT") if arguments.port is None else arguments.port
    write_privately()
    home, data_dir = _places(arguments, "clerk")
    serve(
        load_identity(home),
        port,
        data_dir,
        project=arguments.project or Path.cwd(),
        home_url=f"http://127.0.0.1:{port_of('PORT')}",
        personal_accounts=arguments.personal_accounts,
        exposure=exposure_of(arguments, Path.cwd()),
    )


def _session_token(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .clerk.demo import demo_file, demo_pairs
    from .clerk.tokens_client import session_token

    pairs = demo_pairs(demo_file(Path.cwd()))
    if arguments.list:
        print(json.dumps(pairs))
        return
    user, org = _pair(arguments, pairs)
    clerk_url = f"http://127.0.0.1:{port_of('CLERK_LOCAL_PORT')}"
    origin = f"http://127.0.0.1:{port_of('PORT')}"
    print(session_token(load_identity(home_of(Path.cwd())), clerk_url, user, org, origin))


def _pair(arguments: argparse.Namespace, pairs: list[tuple[str, str]]) -> tuple[str, str | None]:
    user = arguments.user or next((u for u, o in pairs if o == arguments.org), pairs[0][0])
    if arguments.org == "none":
        return user, None
    return user, arguments.org or next((o for u, o in pairs if u == user), None)


def _webhook_send(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .clerk.demo import demo_file, demo_pairs
    from .clerk.webhook_sender import EVENTS, Local, send_webhook

    if arguments.event not in EVENTS:
        sys.exit(f"TYPE is {arguments.event!r}: give one of {', '.join(EVENTS)}.")
    user, organization = demo_pairs(demo_file(Path.cwd()))[0]
    id_ = arguments.id or (user if arguments.event.startswith("user.") else organization)
    clerk, app = (f"http://127.0.0.1:{port_of(name)}" for name in ("CLERK_LOCAL_PORT", "PORT"))
    identity = load_identity(home_of(Path.cwd()))
    print(send_webhook(identity, Local(clerk, app), arguments.event, id_, arguments.user))


def _endpoints(arguments: argparse.Namespace, _rest: list[str]) -> None:
    from .tinybird.project.endpoints import catalog, catalog_text

    if arguments.write:
        from .stack.dev import write_catalog

        project = _project()
        write_catalog(project)
        if project.types:
            from .typescript.written import write_declaration

            write_declaration(project.tinybird, project.types)
    else:
        print(catalog_text(catalog(_project().tinybird)), end="")


def _data(_arguments: argparse.Namespace, _rest: list[str]) -> None:
    url = f"http://127.0.0.1:{port_of('TB_LOCAL_PORT')}"
    print(data_page(url, load_identity(home_of(Path.cwd()))))


def _tb(_arguments: argparse.Namespace, rest: list[str]) -> None:
    from .stack.services import tb

    tb(_project().tinybird, port_of("TB_LOCAL_PORT"), rest)


def _npm(_arguments: argparse.Namespace, rest: list[str]) -> None:
    from .stack.frontend import npm

    npm(_project().frontend, rest)


def _run(_arguments: argparse.Namespace, rest: list[str]) -> None:
    from .stack.dev import run

    needs_build = rest[:1] == ["--built"]
    command = rest[1:] if needs_build else rest
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        sys.exit("Usage: devstack run [--built] -- COMMAND [ARGUMENT ...]")
    run(_project(), command, needs_build=needs_build)


COMMANDS = {
    "dev": _dev,
    "up": _up,
    "tinybird": _tinybird,
    "container": _container,
    "clerk": _clerk,
    "session-token": _session_token,
    "webhook-send": _webhook_send,
    "endpoints": _endpoints,
    "lint": lint_command,
    "prove": prove_command,
    "data": _data,
    "tb": _tb,
    "npm": _npm,
    "run": _run,
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _project() -> Project:
    folder = Path.cwd()
    return replace(read_data_project(folder), apart=home_of(folder))


def _places(arguments: argparse.Namespace, service: str) -> tuple[Path, Path]:
    home = home_of(Path.cwd(), arguments.data_dir)
    return home, arguments.data_dir or home / ".devstack" / service


if __name__ == "__main__":
    main()
