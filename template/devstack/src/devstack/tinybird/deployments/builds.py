"""The project of a workspace: building it, deploying it, finishing what a crash left."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from ..data.rows import Rows
from ..errors import BadRequest
from ..project.datafiles import FileError, parse_project
from ..project.resources import Project
from ..queries.queries import Catalog
from ..sql.engine import Engine, EngineFailure, message_without
from ..state import State, now
from ..tokens.credentials import Secrets, Tokens
from .changes import (
    Changes,
    changes,
    destructive,
    schema_problem,
    token_changes,
    warnings,
)
from .history import Deployment, Releases
from .locks import Gate
from .migrations import migrate
from .plans import changes_tables, movements, views_of
from .validation import validate


@dataclass(frozen=True, slots=True)
class Build:
    """The result of a build, a deploy or a check of one; `details` is what the CLI prints."""

    changes: Changes
    errors: tuple[FileError, ...]
    details: Mapping[str, Any]
    deployment: Deployment | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a workspace's project stands on: one for each workspace, made once."""

    engine: Engine
    state: State
    rows: Rows
    tokens: Tokens
    secrets: Secrets
    writing: threading.RLock
    gate: Gate
    workspace_id: str
    database: str
    service: str
    ttl: bool


class Builds:
    """Builds and deployments take turns with every write."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._engine, self._state = ground.engine, ground.state
        self._id = ground.workspace_id
        self.project = Project()
        self.releases = Releases(ground.state, self._id)
        self._recover()

    def catalog(self, project: Project | None = None) -> Catalog:
        """Return what SQL can name, under the live project or under `project`."""
        ground = self._ground
        return Catalog(
            workspace_id=self._id,
            database=ground.database,
            project=self.project if project is None else project,
            service=ground.service,
            secrets=frozenset(ground.secrets.all()),
        )

    def build(self, files: Mapping[str, str]) -> Build:
        """Bring the workspace to the project in `files`; the old one stays if that fails."""
        with self._ground.writing:
            project, done = self._checked(files, destroy=True)
            return done if done.errors else self._carried_out(files, project, done)

    def deploy(
        self, files: Mapping[str, str], *, check: bool, destroy: bool, promote: bool
    ) -> Build:
        """Deploy the project in `files`.

        Args: check: only rehearse it.  destroy: allow datasources to be deleted.  promote: make it
            live at once; otherwise it waits, and its new tables are only rehearsed.
        Raises: Conflict: another deployment waits to be promoted.
        """
        with self._ground.writing:
            if not check:
                self.releases.require_none_staged()
            project, done = self._checked(files, destroy=destroy)
            if done.errors or not done.changes:
                return done
            if promote and not check:
                done = self._carried_out(files, project, done)
            else:
                done = self._rehearsed(project, done)
            if done.errors or check:
                return done
            record = self.releases
            deployment = (
                record.go_live(done.details) if promote else record.stage(files, done.details)
            )
            return replace(done, deployment=deployment)

    def promote(self, id_: str) -> None:
        """Make the deployment that waits the live one; the old one stays if that fails.

        Raises: NotFound.  BadRequest: it does not wait, or fits the rows no more.
        """
        with self._ground.writing:
            deployment = self.releases.find(id_)
            if deployment.live:
                return
            if deployment != self.releases.staged():
                raise BadRequest(f"Deployment #{id_} is deleted: deploy its files again.")
            project, done = self._checked(files := self.releases.staged_files(), destroy=True)
            done = done if done.errors else self._carried_out(files, project, done)
            if done.errors:
                raise BadRequest("; ".join(error.error for error in done.errors))
            self.releases.promote(deployment)

    def discard(self, id_: str) -> None:
        """Forget a deployment that waits.

        Raises: NotFound.  BadRequest: it is live.
        """
        with self._ground.writing:
            self.releases.discard(self.releases.find(id_))

    def staged_project(self) -> Project:
        """Return the project of the deployment that waits.

        Raises: BadRequest: none waits.
        """
        if self.releases.staged() is None:
            raise BadRequest("There is no staging deployment.")
        return self._parsed(self.releases.staged_files())[0]

    def changes_tables(self, project: Project) -> bool:
        """Tell whether `project` needs other tables or views than the live one."""
        return changes_tables(self._engine, self.catalog(project))

    def times(self, name: str) -> tuple[str, str]:
        """Return when a resource was created and changed."""
        entry = self._state.all(self._id, "times").get(name, {})
        return entry.get("created_at", now()), entry.get("updated_at", now())

    def _parsed(self, files: Mapping[str, str]) -> tuple[Project, tuple[FileError, ...]]:
        return parse_project(files, self._ground.secrets.values())

    def _checked(self, files: Mapping[str, str], *, destroy: bool) -> tuple[Project, Build]:
        project, unreadable = self._parsed(files)
        difference = changes(self.project, project)
        errors = unreadable or self._problems(files, project, difference, destroy=destroy)
        details = {
            "feedback": warnings(project),
            "token_changes": token_changes(self.project, project),
            "data_movements": [] if errors else movements(self._engine, self.catalog(project)),
            **difference.as_json(),
        }
        return project, Build(difference, errors, details)

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
        found = validate(self._engine, self.catalog(project), paths)
        return found or self._schema_problems(project, paths)

    def _schema_problems(self, project: Project, paths: Mapping[str, str]) -> tuple[FileError, ...]:
        fed = {view.target for view in views_of(self.catalog(project)) if view.fills}
        found = []
        for name in changes(self.project, project).datasources.changed:
            problem = schema_problem(
                self.project.datasources[name],
                project.datasources[name],
                has_rows=self._ground.rows.any(name),
                is_fed=name in fed,
            )
            if problem:
                found.append(FileError(paths[name], problem))
        return tuple(found)

    def _rehearsed(self, project: Project, done: Build) -> Build:
        try:
            migrate(self._engine, self.catalog(project), rehearse=True)
        except EngineFailure as failure:
            return self._failed(done, failure)
        return done

    def _carried_out(self, files: Mapping[str, str], project: Project, done: Build) -> Build:
        if not done.changes:
            return done
        # What is pending is finished at the next start, should this process end before.
        self._state.replace(self._id, "pending", files)
        try:
            # Readers find the old tables under the old project, or the new under the new.
            go_live = migrate(self._engine, self.catalog(project))
        except EngineFailure as failure:
            self._state.replace(self._id, "pending", {})
            return self._failed(done, failure)
        self._note_times(done.changes)
        with self._ground.gate.alone():
            go_live()
            self._accept(files, project)
        return done

    def _failed(self, done: Build, failure: EngineFailure) -> Build:
        text = message_without(failure, self._ground.database)
        return replace(done, errors=(FileError("", text),))

    def _accept(self, files: Mapping[str, str], project: Project) -> None:
        self._state.replace(self._id, "files", files)
        self._state.replace(self._id, "pending", {})
        self._load(project)

    def _note_times(self, change: Changes) -> None:
        old, times = self._state.all(self._id, "times"), {}
        for names in (change.datasources, change.pipes, change.connections):
            for name in (*names.new, *names.changed):
                created_at = old.get(name, {}).get("created_at", now())
                times[name] = {"created_at": created_at, "updated_at": now()}
        self._state.put(self._id, "times", times)

    def _load(self, project: Project) -> None:
        self.project = project
        self._ground.tokens.follow(project)
        for source in project.datasources.values():
            self._ground.rows.switch_ttl(source, on=self._ground.ttl)

    def _recover(self) -> None:
        pending = self._state.all(self._id, "pending")
        project, _ = self._parsed(pending or self._state.all(self._id, "files"))
        if pending:
            migrate(self._engine, self.catalog(project), refill=True)()
            self._accept(pending, project)
        else:
            self._load(project)
