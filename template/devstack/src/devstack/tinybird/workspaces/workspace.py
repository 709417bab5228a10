"""One workspace: its deployed project, what reads it and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..data.analysis import analyze
from ..data.ingest import by_name
from ..data.rows import Outcome, Rows
from ..data.tables import QUARANTINE
from ..deployments.builds import Builds
from ..deployments.locks import Locks
from ..deployments.passed import Passed
from ..errors import NotEmulated
from ..monitoring.jobs import Jobs
from ..monitoring.journal import Journal
from ..project.resources import Datasource, Pipe, Project, resource_id
from ..queries.parameters import Params
from ..queries.queries import sql_query
from ..sql.databases import drop_database
from ..sql.engine import Engine, quoted
from ..state import State
from ..tokens.access import ADMIN, Access
from ..tokens.credentials import Secrets, Tokens, admin_tokens
from .copies import Copied, Copies
from .reads import Reads


class Workspace:
    """All of one workspace; writes take turns, reads run side by side.

    `live` reads it as its live deployment shows it.
    """

    def __init__(
        self,
        engine: Engine,
        state: State,
        spool: Path,
        *,
        workspace_id: str,
        name: str,
        token: str,
        given_tokens: Mapping[str, str],
        passed: Passed,
        ttl: bool,
    ) -> None:
        self.id, self.name, self.token = workspace_id, name, token
        self.admin_tokens = admin_tokens(workspace_id, token)
        self.database = f"w_{workspace_id.replace('-', '')}"
        self._engine, self._state, self._spool = engine, state, spool
        self._locks = Locks()
        self.rows = Rows(engine, self.database, spool, self._locks.writing)
        self.tokens = Tokens(state, workspace_id, given_tokens)
        self.secrets = Secrets(state, workspace_id)
        self.journal = Journal(engine, workspace_id)
        self.journal.prepare()
        self.jobs = Jobs(state, workspace_id, self.journal)
        engine.execute(f"CREATE DATABASE IF NOT EXISTS {quoted(self.database)} ENGINE = Atomic")
        self._copies = Copies(engine, self.database, self._locks.writing)
        self._copies.drop_leftovers()
        self.builds = Builds(
            engine,
            state,
            workspace_id,
            rows=self.rows,
            tokens=self.tokens,
            secrets=self.secrets,
            passed=passed,
            locks=self._locks,
            service=self.journal.database,
            ttl=ttl,
        )
        self.live = Reads(
            engine=engine,
            workspace_id=workspace_id,
            builds=self.builds,
            secrets=self.secrets,
            journal=self.journal,
            locks=self._locks,
        )

    @property
    def project(self) -> Project:
        """The live project."""
        return self.live.project

    def pipe(self, name_or_id: str) -> Pipe:
        """Return a pipe of the live project.  Raises: NotFound."""
        return self.live.pipe(name_or_id)

    def datasource(self, name_or_id: str) -> Datasource:
        """Return a datasource of the live project.  Raises: NotFound."""
        return self.live.datasource(name_or_id)

    def staged(self) -> Reads:
        """Return what reads this workspace as the deployment that waits would.

        Raises: BadRequest: none waits.  NotEmulated: it changes tables, which wait too.
        """
        project = self.builds.staged_project()
        if self.builds.changes_tables(project):
            raise NotEmulated("reading a staging deployment that changes datasources: promote it")
        return replace(self.live, staged=project)

    def copy(self, pipe: Pipe, params: Params, mode: str) -> Copied:
        """Run a copy pipe."""
        with self._locks.writing:
            secrets, namespace = self.secrets.values(), self.builds.namespace()
            return self._copies.run(namespace, self.pipe(pipe.name), params, secrets, mode)

    def store(self, name: str, groups: list[list[bytes]], *, named: bool) -> list[Outcome]:
        """Store the rows of several requests at once; they are on disk when it returns.

        Args: groups: for each request its lines.  named: read columns by name, not by JSONPath.
        """
        with self._locks.writing:
            # The definition at the time of storing: a build may have come between.
            source = self.datasource(name)
            return self.rows.store(by_name(source) if named else source, groups)

    def replace(self, name: str, lines: list[bytes], *, named: bool) -> Outcome:
        """Put rows in the place of the stored ones, in one step; if that fails these stay.

        Args: named: read columns by name, not by JSONPath.
        """
        with self._locks.writing:
            source = self.datasource(name)
            target = by_name(source) if named else source
            with self._copies.replacing(self.builds.namespace(), name) as made:
                return self.rows.store(target, [lines], into=made)[0]

    def analyze(self, body: bytes) -> dict[str, Any]:
        """Guess the columns of a file."""
        return analyze(self._engine, self._spool, body)

    def delete_rows(self, source: Datasource, condition: str, *, dry_run: bool) -> int:
        """Delete the rows that meet a condition and return how many they were."""
        counting = f"SELECT count() FROM {quoted(source.name)} WHERE {condition}"
        query = sql_query(self.builds.namespace(), counting, Access("delete", (ADMIN,)), {})
        return self.rows.delete(source, condition, query.sql, dry_run=dry_run)

    def deletable(self, name_or_id: str) -> Datasource:
        """Return a datasource, or its quarantine as one.

        Raises: NotFound.
        """
        base = name_or_id.removesuffix(QUARANTINE)
        source = self.datasource(base)
        return replace(source, name=source.name + name_or_id[len(base) :])

    def resource_id(self, kind: str, name: str) -> str:
        """Return the id of a resource of this workspace."""
        return resource_id(self.id, kind, name)

    def take_over(self, source: Workspace) -> None:
        """Take the project and the secrets of another workspace, and none of its rows."""
        for name, value in source.secrets.values().items():
            self.secrets.put(name, value)
        self.builds.adopt(source.builds)

    def is_copy_of(self, source: Workspace) -> bool:
        """Tell whether project and secrets are still those of another workspace."""
        same_secrets = self.secrets.values() == source.secrets.values()
        return self.project is source.project and same_secrets

    def drop(self) -> None:
        """Delete everything of the workspace."""
        with self._locks.writing:
            drop_database(self._engine, self.database)
            self.journal.drop()
            self._state.remove_workspace(self.id)
