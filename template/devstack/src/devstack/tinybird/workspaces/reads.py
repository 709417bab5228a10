"""What can be read of a workspace, as one of its deployments shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..deployments.builds import Builds
from ..deployments.locks import Locks
from ..errors import ApiError, NotEmulated, NotFound
from ..monitoring.journal import Journal
from ..project.resources import Datasource, Pipe, Project, resource_id
from ..queries.namespace import Namespace
from ..queries.parameters import Params
from ..queries.queries import Query, pipe_query, sql_query
from ..sql.engine import EXACT_ROWS_BEFORE_LIMIT, Engine, EngineFailure, Result, as_api_error
from ..sql.formats import TABS, Format
from ..sql.settings import split_settings
from ..tokens.access import Access
from ..tokens.credentials import Secrets

# What a request may say of JSON, as parameters of 0 or 1.
QUOTING = ("output_format_json_quote_64bit_integers", "output_format_json_quote_denormals")

_NOT_IN_PARQUET = re.compile(r"Internal type '([^']+)' of .* conversion into Parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The reads of one workspace, under its live project or the one that is `staged`."""

    engine: Engine
    workspace_id: str
    builds: Builds
    secrets: Secrets
    journal: Journal
    locks: Locks
    staged: Project | None = None

    @property
    def project(self) -> Project:
        return self.builds.project if self.staged is None else self.staged

    @property
    def namespace(self) -> Namespace:
        return self.builds.namespace(self.project)

    def pipe(self, name_or_id: str) -> Pipe:
        """Raises: NotFound."""
        for pipe in self.project.pipes.values():
            if name_or_id in (pipe.name, resource_id(self.workspace_id, "pipe", pipe.name)):
                return pipe
        raise NotFound(f"Pipe '{name_or_id}' not found")

    def datasource(self, name_or_id: str) -> Datasource:
        """Raises: NotFound."""
        for source in self.project.datasources.values():
            id_ = resource_id(self.workspace_id, "datasource", source.name)
            if name_or_id in (source.name, id_):
                return source
        raise NotFound(f'Data Source "{name_or_id}" does not exist')

    def read_pipe(
        self, pipe: Pipe, access: Access, params: Params, over: str | None, answered: Format
    ) -> Result:
        """Run an endpoint, or with `over` SQL over its result."""
        with self.locks.live.shared():
            # The pipe of the deployment that is live by now.
            query = pipe_query(self.namespace, self.pipe(pipe.name), access, params, over)
            return self._run(query, answered, params, access, self._secrets(over, access))

    def read_sql(
        self, sql: str, access: Access, params: Params, pipeline: str | None
    ) -> tuple[Format, Result]:
        """Run a caller's SQL; the format is the one it names, or TSV."""
        with self.locks.live.shared():
            query = sql_query(self.namespace, sql, access, params, pipeline)
            answered = query.format or TABS
            return answered, self._run(query, answered, params, access, self._secrets(sql, access))

    def _secrets(self, written: str | None, access: Access) -> dict[str, str]:
        # A caller's own SQL could name any of them: {NAME: String}.
        return self.secrets.values() if written is None or access.is_admin else {}

    def _run(
        self,
        query: Query,
        answered: Format,
        params: Params,
        access: Access,
        secrets: Mapping[str, str],
    ) -> Result:
        if self.journal.database in query.sql:
            self.journal.prepare()
        sql, chosen = split_settings(query.sql)
        try:
            return self.engine.read(
                sql,
                answered.name,
                secrets=secrets,
                settings={**chosen, **_settings(params, access)},
                # What a JWT's query read may be rows of others.
                counted=not access.is_jwt,
            )
        except EngineFailure as failure:
            raise self._refusal(failure) from failure

    def _refusal(self, failure: EngineFailure) -> ApiError:
        if match := _NOT_IN_PARQUET.search(failure.message):
            return NotEmulated(f"the type {match[1]} in Parquet: select toString(column)")
        return as_api_error(failure, self.namespace.database)


def _settings(params: Params, access: Access) -> Mapping[str, int]:
    quoting = {name: 1 for name in QUOTING if params.get(name) == "1"}
    return quoting | EXACT_ROWS_BEFORE_LIMIT if access.is_jwt else quoting
