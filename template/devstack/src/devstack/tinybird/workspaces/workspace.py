"""One workspace: its deployed project, what reads it and what changes it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..data.analysis import analyze
from ..data.ingest import by_name
from ..data.rows import Outcome, Rows
from ..data.tables import QUARANTINE
from ..deployments.builds import Builds, Ground
from ..deployments.locks import Gate
from ..errors import NotEmulated, NotFound
from ..monitoring.jobs import Jobs
from ..monitoring.journal import Journal
from ..project.resources import Datasource, Pipe, Project, resource_id
from ..queries.parameters import Params
from ..queries.queries import Catalog, Query, pipe_query, sql_query
from ..sql.engine import (
    EXACT_ROWS_BEFORE_LIMIT,
    Engine,
    EngineFailure,
    Result,
    as_api_error,
    quoted,
)
from ..state import State
from ..tokens.access import ADMIN, Access
from ..tokens.credentials import Secrets, Tokens
from .copies import Copied, Copies

QUOTE_INTEGERS = "output_format_json_quote_64bit_integers"


class Workspace:
    """All of one workspace; writes take turns, reads run side by side."""

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
        ttl: bool,
    ) -> None:
        self.id, self.name, self.token = workspace_id, name, token
        self.database = f"w_{workspace_id.replace('-', '')}"
        self._engine, self._state, self._spool = engine, state, spool
        self._writing, self._gate = threading.RLock(), Gate()
        self.rows = Rows(engine, self.database, spool, self._writing)
        self.tokens = Tokens(state, workspace_id, given_tokens)
        self.secrets = Secrets(state, workspace_id)
        self.journal = Journal(engine, workspace_id)
        self.journal.prepare()
        self.jobs = Jobs(state, workspace_id, self.journal)
        engine.execute(f"CREATE DATABASE IF NOT EXISTS {quoted(self.database)} ENGINE = Atomic")
        self._staged: Project | None = None
        self._copies = Copies(engine, self.database, self._writing)
        self._copies.drop_leftovers()
        self.builds = Builds(
            Ground(
                engine,
                state,
                self.rows,
                self.tokens,
                self.secrets,
                self._writing,
                self._gate,
                workspace_id,
                self.database,
                self.journal.database,
                ttl,
            )
        )

    @property
    def project(self) -> Project:
        """The live project, or the one that waits where `staged` asked for it."""
        return self._staged or self.builds.project

    def read_pipe(
        self, pipe: Pipe, access: Access, params: Params, over: str | None, output_format: str
    ) -> Result:
        """Run an endpoint, or with `over` SQL over its result."""
        with self._gate.shared():
            # The pipe of the deployment that is live by now.
            query = pipe_query(self._catalog(), self.pipe(pipe.name), access, params, over)
            return self._run(query, output_format, params, access, self._secrets(over, access))

    def read_sql(
        self, sql: str, access: Access, params: Params, pipeline: str | None
    ) -> tuple[Query, Result]:
        """Run a caller's SQL; the format is the one it names, JSON where it names none."""
        with self._gate.shared():
            query = sql_query(self._catalog(), sql, access, params, pipeline)
            secrets = self._secrets(sql, access)
            return query, self._run(query, query.format or "JSON", params, access, secrets)

    def copy(self, pipe: Pipe, params: Params, mode: str) -> Copied:
        """Run a copy pipe."""
        with self._writing:
            secrets = self.secrets.values()
            return self._copies.run(self._catalog(), self.pipe(pipe.name), params, secrets, mode)

    def store(self, name: str, groups: list[list[bytes]], *, named: bool) -> list[Outcome]:
        """Store the rows of several requests at once; they are on disk when it returns.

        Args: groups: for each request its lines.  named: read columns by name, not by JSONPath.
        """
        with self._writing:
            # The definition at the time of storing: a build may have come between.
            source = self.datasource(name)
            return self.rows.store(by_name(source) if named else source, groups)

    def replace(self, name: str, lines: list[bytes], *, named: bool) -> Outcome:
        """Put rows in the place of the stored ones, in one step; if that fails these stay.

        Args: named: read columns by name, not by JSONPath.
        """
        with self._writing:
            source = self.datasource(name)
            target = by_name(source) if named else source
            with self._copies.replacing(self._catalog(), name) as made:
                return self.rows.store(target, [lines], into=made)[0]

    def analyze(self, body: bytes) -> dict[str, Any]:
        """Guess the columns of a file."""
        return analyze(self._engine, self._spool, body)

    def delete_rows(self, source: Datasource, condition: str, *, dry_run: bool) -> int:
        """Delete the rows that meet a condition and return how many they were."""
        counting = f"SELECT count() FROM {quoted(source.name)} WHERE {condition}"
        query = sql_query(self._catalog(), counting, Access("delete", (ADMIN,)), {})
        return self.rows.delete(source, condition, query.sql, dry_run=dry_run)

    def pipe(self, name_or_id: str) -> Pipe:
        """Raises: NotFound."""
        for pipe in self.project.pipes.values():
            if name_or_id in (pipe.name, self.resource_id("pipe", pipe.name)):
                return pipe
        raise NotFound(f"Pipe '{name_or_id}' not found")

    def datasource(self, name_or_id: str) -> Datasource:
        """Raises: NotFound."""
        for source in self.project.datasources.values():
            if name_or_id in (source.name, self.resource_id("datasource", source.name)):
                return source
        raise NotFound(f"Data Source '{name_or_id}' not found")

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

    def staged(self) -> Workspace:
        """Return this workspace as the deployment that waits would read it.

        Raises: BadRequest: none waits.  NotEmulated: it changes tables, which wait too.
        """
        project = self.builds.staged_project()
        if self.builds.changes_tables(project):
            raise NotEmulated("reading a staging deployment that changes datasources: promote it")
        found = copy.copy(self)
        found._staged = project
        return found

    def drop(self) -> None:
        """Delete everything of the workspace."""
        with self._writing:
            self._engine.execute(f"DROP DATABASE IF EXISTS {quoted(self.database)}")
            self.journal.drop()
            self._state.remove_workspace(self.id)

    def _catalog(self) -> Catalog:
        return self.builds.catalog(self.project)

    def _secrets(self, written: str | None, access: Access) -> dict[str, str]:
        # A caller's own SQL could name any of them: {NAME: String}.
        return self.secrets.values() if written is None or access.is_admin else {}

    def _run(
        self,
        query: Query,
        output_format: str,
        params: Params,
        access: Access,
        secrets: Mapping[str, str],
    ) -> Result:
        if self.journal.database in query.sql:
            self.journal.prepare()
        try:
            return self._engine.read(
                query.sql,
                output_format,
                secrets=secrets,
                settings=_settings(params, access),
                # What a JWT's query read may be rows of others.
                counted=not access.is_jwt,
            )
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure


def _settings(params: Params, access: Access) -> Mapping[str, int]:
    quoting = {QUOTE_INTEGERS: 1} if params.get(QUOTE_INTEGERS) == "1" else {}
    return quoting | EXACT_ROWS_BEFORE_LIMIT if access.is_jwt else quoting
