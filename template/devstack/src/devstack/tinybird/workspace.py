"""One workspace: its deployed project, what reads it and what changes it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from .access import ADMIN, Access
from .credentials import Secrets, Tokens, now
from .datafiles import FileError, parse_project
from .deployments import Changes, changes, destructive, schema_problem, warnings
from .engine import Engine, EngineFailure, Result, as_api_error, message_without, quoted
from .errors import NotFound
from .migrations import migrate, views_of
from .queries import Catalog, Params, Query, pipe_query, sql_query
from .resources import Datasource, Pipe, Project, resource_id
from .rows import Rows
from .state import State
from .tables import change_ttl
from .validation import validate

QUOTE_INTEGERS = "output_format_json_quote_64bit_integers"


@dataclass(frozen=True, slots=True)
class Build:
    """The result of a build, a deploy or a check of one."""

    changes: Changes
    errors: tuple[FileError, ...]
    feedback: tuple[dict[str, str], ...] = ()


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
        self.project = Project()
        self._engine, self._state, self._ttl = engine, state, ttl
        self._writing = threading.RLock()
        self.rows = Rows(engine, self.database, spool, self._writing)
        self.tokens = Tokens(state, workspace_id, given_tokens)
        self.secrets = Secrets(state, workspace_id)
        engine.execute(f"CREATE DATABASE IF NOT EXISTS {quoted(self.database)} ENGINE = Atomic")
        self._recover()

    def read_pipe(
        self, pipe: Pipe, access: Access, params: Params, over: str | None, output_format: str
    ) -> Result:
        """Run an endpoint, or with `over` SQL over its result."""
        query = pipe_query(self._catalog(), pipe, access, params, over)
        return self._run(query, output_format, params, self._secrets(over, access))

    def read_sql(
        self, sql: str, access: Access, params: Params, pipeline: str | None
    ) -> tuple[Query, Result]:
        """Run a caller's SQL; the format is the one it names, JSON where it names none."""
        query = sql_query(self._catalog(), sql, access, params, pipeline)
        secrets = self._secrets(sql, access)
        return query, self._run(query, query.format or "JSON", params, secrets)

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

    def resource_id(self, kind: str, name: str) -> str:
        """Return the id of a resource of this workspace."""
        return resource_id(self.id, kind, name)

    def times(self, name: str) -> tuple[str, str]:
        """Return when a resource was created and changed."""
        entry = self._state.all(self.id, "times").get(name, {})
        return entry.get("created_at", now()), entry.get("updated_at", now())

    def deployment(self) -> tuple[int, str]:
        """Return the number of the live deployment, 0 before the first, and its time."""
        live = self._state.all(self.id, "deployment").get("live", {})
        return live.get("number", 0), live.get("created_at", "2020-01-01 00:00:00")

    def build(
        self,
        files: Mapping[str, str],
        *,
        check: bool = False,
        destroy: bool = True,
        deploy: bool = False,
    ) -> Build:
        """Bring the workspace to the project in `files`; the old one stays if that fails.

        Args: check: change nothing.  destroy: allow datasources to be deleted.  deploy: count it
            as a deployment.
        """
        project, unreadable = parse_project(files)
        with self._writing:
            difference = changes(self.project, project)
            feedback = tuple(warnings(project))
            errors = unreadable or self._problems(files, project, difference, destroy=destroy)
            if errors or check or not difference:
                return Build(difference, errors, feedback)
            errors = self._deploy(files, project, difference)
            if deploy and not errors:
                live = {"number": self.deployment()[0] + 1, "created_at": now()}
                self._state.put(self.id, "deployment", {"live": live})
            return Build(difference, errors, feedback)

    def drop(self) -> None:
        """Delete everything of the workspace."""
        with self._writing:
            self._engine.execute(f"DROP DATABASE IF EXISTS {quoted(self.database)}")
            self._state.remove_workspace(self.id)

    def _catalog(self) -> Catalog:
        return Catalog(self.id, self.database, self.project, frozenset(self.secrets.all()))

    def _secrets(self, written: str | None, access: Access) -> dict[str, str]:
        # A caller's own SQL could name any of them: {NAME: String}.
        return self.secrets.values() if written is None or access.is_admin else {}

    def _run(
        self, query: Query, output_format: str, params: Params, secrets: Mapping[str, str]
    ) -> Result:
        try:
            return self._engine.read(
                query.sql,
                output_format,
                secrets=secrets,
                settings={QUOTE_INTEGERS: 1} if params.get(QUOTE_INTEGERS) == "1" else None,
            )
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure

    def _problems(
        self, files: Mapping[str, str], project: Project, change: Changes, *, destroy: bool
    ) -> tuple[FileError, ...]:
        if not change:
            return ()
        if not destroy and destructive(change):
            lost = ", ".join(destructive(change))
            text = f"Deleting {lost} deletes rows: allow it with --allow-destructive-operations."
            return (FileError("", text),)
        paths = {PurePosixPath(path).stem: path for path in files}
        trial = replace(self._catalog(), project=project)
        return validate(self._engine, trial, paths) or self._schema_problems(project, paths)

    def _schema_problems(self, project: Project, paths: Mapping[str, str]) -> tuple[FileError, ...]:
        fed = {view.target for view in views_of(replace(self._catalog(), project=project))}
        found = []
        for name in changes(self.project, project).datasources.changed:
            problem = schema_problem(
                self.project.datasources[name],
                project.datasources[name],
                has_rows=self.rows.any(name),
                is_fed=name in fed,
            )
            if problem:
                found.append(FileError(paths[name], problem))
        return tuple(found)

    def _deploy(
        self, files: Mapping[str, str], project: Project, change: Changes
    ) -> tuple[FileError, ...]:
        # What is pending is finished at the next start, should this process end before.
        self._state.replace(self.id, "pending", files)
        try:
            migrate(self._engine, replace(self._catalog(), project=project))
        except EngineFailure as failure:
            self._state.replace(self.id, "pending", {})
            return (FileError("", message_without(failure, self.database)),)
        self._note_times(change)
        self._accept(files, project)
        return ()

    def _accept(self, files: Mapping[str, str], project: Project) -> None:
        self._state.replace(self.id, "files", files)
        self._state.replace(self.id, "pending", {})
        self._load(project)

    def _note_times(self, change: Changes) -> None:
        old = self._state.all(self.id, "times")
        times = {}
        for names in (change.datasources, change.pipes):
            for name in (*names.new, *names.changed):
                created_at = old.get(name, {}).get("created_at", now())
                times[name] = {"created_at": created_at, "updated_at": now()}
        self._state.put(self.id, "times", times)

    def _load(self, project: Project) -> None:
        self.project = project
        self.tokens.follow(project)
        for source in project.datasources.values():
            self._switch_ttl(source)

    def _switch_ttl(self, source: Datasource) -> None:
        statement = change_ttl(self.database, source, ttl=self._ttl)
        if statement is None:
            return
        try:
            self._engine.execute(statement)
        except EngineFailure:
            # There was no TTL to remove.
            if self._ttl:
                raise

    def _recover(self) -> None:
        pending = self._state.all(self.id, "pending")
        project, _ = parse_project(pending or self._state.all(self.id, "files"))
        if pending:
            migrate(self._engine, replace(self._catalog(), project=project), refill=True)
            self._accept(pending, project)
        else:
            self._load(project)
