"""The `prove` command: a data project built in a throw-away workspace, and put to the proof."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from ..clerk.tokens_client import session_token
from ..errors import UserError
from ..identity import load_identity
from ..loopback import NO_AUTHORITIES
from ..naming import TENANT, USUAL, Naming
from ..stack.app import running_app
from ..stack.processes import exit_on_sigterm
from ..stack.progress import say
from ..stack.project import Project
from ..stack.throwaway import Throwaway, throwaway
from ..tinybird.project.endpoints import DATAFILES, catalog
from .built import BuiltProject, Table
from .forgeries import EventSender
from .options import Options
from .parts import Verdict, prove_events, prove_rows
from .workspace_client import WorkspaceClient

GRACE, GLOBEX = "user_local_grace", "org_local_globex"
_LEFT_OUT = "What other tenants send was left out: there is no app here to send it through."


class NothingToProve(UserError):
    """There is nothing that could be proven; the sentence says what is missing."""


def prove(project: Project, options: Options, naming: Naming = USUAL) -> bool:
    """Print a verdict on each part of the proof; return whether all of them hold.

    Args: naming: what the project itself calls its tenant.

    Raises: NothingToProve, StartFailed, BuildFailed, CatalogInvalid, WorkspaceRefused, AppUnusable.
    """
    exit_on_sigterm()
    _refuse_what_proves_nothing(project, options)
    holds = True
    for verdict in _verdicts(project, options, naming):
        print(naming.told(verdict.report), flush=True)
        holds = holds and verdict.holds
    return holds


def refuse_what_is_no_project(folder: Path) -> None:
    """Raises: NothingToProve: there is no datafile in `folder`."""
    if not any(path.suffix in DATAFILES for path in folder.rglob("*")):
        raise NothingToProve(
            f"No .pipe and no .datasource file in {folder}: run this in the folder of a "
            "Tinybird project, or in the root of a project with a [tool.devstack] table."
        )


def _refuse_what_proves_nothing(project: Project, options: Options) -> None:
    refuse_what_is_no_project(project.tinybird)
    if not project.app and "rows" not in options.parts:
        raise NothingToProve(_LEFT_OUT)


def _verdicts(project: Project, options: Options, naming: Naming) -> Iterator[Verdict]:
    sends = bool(project.app) and "events" in options.parts
    with (
        throwaway(project, with_clerk=sends) as stack,
        WorkspaceClient.of(stack.env) as workspace,
    ):
        built = _built(workspace, project, naming)
        if "rows" in options.parts:
            yield prove_rows(workspace, built, options)
        if sends:
            with _sender(project, stack) as sender:
                yield prove_events(workspace, built, options, sender)
        elif "events" in options.parts:
            say(_LEFT_OUT)


def _built(workspace: WorkspaceClient, project: Project, naming: Naming) -> BuiltProject:
    built = workspace.built_project(catalog(project.tinybird))
    tables = built.tables.values()
    if built.endpoints and not any(table.has_tenant for table in tables):
        raise NothingToProve(
            f"No datasource has a column {naming.column} that says whose a row is: nothing can be "
            "proven. Name another one by --tenant-column."
        )
    _refuse_other_types(tables, naming)
    say(f"{len(built.endpoints)} endpoints, {len(tables)} datasources, {len(built.copies)} copies")
    if built.shared:
        shared = ", ".join(built.shared)
        say(f"Without {naming.column}, so that everybody may see their rows: {shared}")
    return built


def _refuse_other_types(tables: Iterable[Table], naming: Naming) -> None:
    for table in tables:
        for column in table.columns:
            if column.name == TENANT and "String" not in column.type:
                raise NothingToProve(
                    f"{naming.column} of {table.name} is {column.type}: the proof draws tenants "
                    "that are texts, so it needs a String there."
                )


@contextmanager
def _sender(project: Project, stack: Throwaway) -> Generator[EventSender]:
    identity = load_identity(stack.folder)

    def token() -> str:
        clerk_url, origin = stack.env["CLERK_API_URL"], f"http://127.0.0.1:{stack.env['PORT']}"
        return session_token(identity, clerk_url, GRACE, GLOBEX, origin)

    with (
        running_app(project, stack.env) as url,
        httpx2.Client(base_url=url, timeout=30, verify=NO_AUTHORITIES) as app,
    ):
        yield EventSender(app, token)
