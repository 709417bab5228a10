"""The project of a workspace: building it, deploying it, finishing what a crash left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..data.rows import Rows
from ..errors import BadRequest
from ..project.datafiles import FileError, parse_project
from ..project.resources import Project
from ..queries.namespace import Namespace
from ..sql.engine import Engine, EngineFailure, message_without
from ..state import State, now
from ..tokens.credentials import Secrets, Tokens
from .changes import Changes
from .checks import Build, Wanted, checked
from .copying import make_empty
from .history import Deployments
from .locks import Locks
from .migrations import migrate
from .passed import Passed
from .plans import changes_tables


class Builds:
    """Builds and deployments take turns with every write."""

    def __init__(
        self,
        engine: Engine,
        state: State,
        workspace_id: str,
        *,
        rows: Rows,
        tokens: Tokens,
        secrets: Secrets,
        passed: Passed,
        locks: Locks,
        service: str,
        ttl: bool,
    ) -> None:
        """Load what is live, and finish what a crash left.

        Args: passed: what need not be tried again.  service: the database of the service
            datasources.  ttl: let rows expire.
        """
        self._engine, self._state, self._id = engine, state, workspace_id
        self._rows, self._tokens, self._secrets = rows, tokens, secrets
        self._locks, self._service, self._ttl = locks, service, ttl
        self._passed = passed
        self.project = Project()
        self.deployments = Deployments(state, workspace_id)
        self._recover()

    def namespace(self, project: Project | None = None) -> Namespace:
        """Return what SQL can name, under the live project or under `project`."""
        return Namespace(
            workspace_id=self._id,
            database=self._rows.database,
            project=self.project if project is None else project,
            service=self._service,
            secrets=frozenset(self._secrets.all()),
        )

    def build(self, files: Mapping[str, str]) -> Build:
        """Bring the workspace to the project in `files`; the old one stays if that fails."""
        with self._locks.writing:
            wanted = self._wanted(files)
            done = self._checked(wanted, destroy=True)
            return done if done.errors else self._carried_out(wanted, done)

    def adopt(self, other: Builds) -> None:
        """Take over the live project of another workspace, which was checked there, into none."""
        with self._locks.writing:
            files = self._state.all(other._id, "files")
            wanted = Wanted(files, self.namespace(other.project), ())
            make_empty(self._engine, wanted.namespace)
            self._accept(wanted)

    def deploy(
        self, files: Mapping[str, str], *, check: bool, destroy: bool, promote: bool
    ) -> Build:
        """Deploy the project in `files`.

        Args: check: only rehearse it.  destroy: allow datasources to be deleted.  promote: make it
            live at once; otherwise it waits, and its new tables are only rehearsed.
        Raises: Conflict: another deployment waits to be promoted.
        """
        with self._locks.writing:
            if not check:
                self.deployments.require_none_staged()
            wanted = self._wanted(files)
            done = self._checked(wanted, destroy=destroy)
            if done.errors or not done.changes:
                return done
            live = promote and not check
            done = self._carried_out(wanted, done) if live else self._rehearsed(wanted, done)
            if done.errors or check:
                return done
            known = self.deployments
            added = known.go_live(done.details) if promote else known.stage(files, done.details)
            return replace(done, deployment=added)

    def promote(self, id_: str) -> None:
        """Make the deployment that waits the live one; the old one stays if that fails.

        Raises: NotFound.  BadRequest: it does not wait, or fits the rows no more.
        """
        with self._locks.writing:
            deployment = self.deployments.find(id_)
            if deployment.live:
                return
            if deployment != self.deployments.staged():
                raise BadRequest(f"Deployment #{id_} is deleted: deploy its files again.")
            wanted = self._wanted(self.deployments.staged_files())
            done = self._checked(wanted, destroy=True)
            done = done if done.errors else self._carried_out(wanted, done)
            if done.errors:
                raise BadRequest("; ".join(error.error for error in done.errors))
            self.deployments.promote(deployment)

    def discard(self, id_: str) -> None:
        """Forget a deployment that waits.

        Raises: NotFound.  BadRequest: it is live.
        """
        with self._locks.writing:
            self.deployments.discard(self.deployments.find(id_))

    def staged_project(self) -> Project:
        """Return the project of the deployment that waits.

        Raises: BadRequest: none waits.
        """
        if self.deployments.staged() is None:
            raise BadRequest("There is no staging deployment.")
        return self._wanted(self.deployments.staged_files()).project

    def changes_tables(self, project: Project) -> bool:
        """Tell whether `project` needs other tables or views than the live one."""
        return changes_tables(self._engine, self.namespace(project))

    def times(self, name: str) -> tuple[str, str]:
        """Return when a resource was created and changed."""
        entry = self._state.all(self._id, "times").get(name, {})
        return entry.get("created_at", now()), entry.get("updated_at", now())

    def _wanted(self, files: Mapping[str, str]) -> Wanted:
        project, unreadable = parse_project(files, self._secrets.values())
        return Wanted(files, self.namespace(project), unreadable)

    def _checked(self, wanted: Wanted, *, destroy: bool) -> Build:
        return checked(
            self._engine, self._rows, self.project, wanted, self._passed, destroy=destroy
        )

    def _rehearsed(self, wanted: Wanted, done: Build) -> Build:
        try:
            migrate(self._engine, wanted.namespace, rehearse=True)
        except EngineFailure as failure:
            return self._failed(done, failure)
        return done

    def _carried_out(self, wanted: Wanted, done: Build) -> Build:
        if not done.changes:
            return done
        # What is pending is finished at the next start, should this process end before.
        self._state.replace(self._id, "pending", wanted.files)
        try:
            # Readers find the old tables under the old project, or the new under the new.
            go_live = migrate(self._engine, wanted.namespace)
        except EngineFailure as failure:
            self._state.replace(self._id, "pending", {})
            return self._failed(done, failure)
        self._note_times(done.changes)
        with self._locks.live.exclusive():
            go_live()
            self._accept(wanted)
        return done

    def _failed(self, done: Build, failure: EngineFailure) -> Build:
        text = message_without(failure, self._rows.database)
        return replace(done, errors=(FileError("", text),))

    def _accept(self, wanted: Wanted) -> None:
        self._state.replace(self._id, "files", wanted.files)
        self._state.replace(self._id, "pending", {})
        self._load(wanted.project)

    def _note_times(self, change: Changes) -> None:
        old, times = self._state.all(self._id, "times"), {}
        for names in (change.datasources, change.pipes, change.connections):
            for name in (*names.new, *names.changed):
                created_at = old.get(name, {}).get("created_at", now())
                times[name] = {"created_at": created_at, "updated_at": now()}
        self._state.put(self._id, "times", times)

    def _load(self, project: Project) -> None:
        self.project = project
        self._tokens.follow(project)
        for source in project.datasources.values():
            self._rows.switch_ttl(source, on=self._ttl)

    def _recover(self) -> None:
        if pending := self._state.all(self._id, "pending"):
            wanted = self._wanted(pending)
            migrate(self._engine, wanted.namespace, refill=True)()
            self._accept(wanted)
        else:
            self._load(self._wanted(self._state.all(self._id, "files")).project)
