"""All workspaces of the server, and who a token belongs to."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...identity import Identity
from ..cli import build_workspace_name
from ..deployments.passed import Passed
from ..errors import BadRequest, Forbidden, NotFound
from ..sql.engine import Engine
from ..state import State
from ..tokens.access import ADMIN, Access, claimed_workspace, verify_jwt
from ..tokens.credentials import new_token
from .reads import Reads
from .spares import Spares
from .workspace import Workspace

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a workspace, what the token may do in it, the waiting deployment if asked for."""

    workspace: Workspace
    access: Access
    staged: Reads | None = None

    @property
    def reads(self) -> Reads:
        """What reads the workspace for this caller."""
        return self.workspace.live if self.staged is None else self.staged


class Workspaces:
    """The identity's workspace, which is always there, and those that the CLI creates."""

    def __init__(
        self,
        identity: Identity,
        project: Path,
        engine: Engine,
        state: State,
        spool: Path,
        *,
        ttl: bool,
    ) -> None:
        self.organization_id = str(uuid.uuid5(uuid.NAMESPACE_URL, identity.workspace_id))
        self.state = state
        self.user_token = identity.derived_token("user")
        self.admin_token = identity.derived_token("admin")
        self.page_key = identity.page_key
        self._engine, self._state, self._spool, self._ttl = engine, state, spool, ttl
        self._changing, self._passed = threading.Lock(), Passed()
        self.home = self._opened(
            identity.workspace_id,
            build_workspace_name(project),
            identity.workspace_token,
            {"app_ingest": identity.ingest_token, "app_public": identity.public_token},
        )
        self._home_tokens = {identity.admin_token, self.user_token, self.admin_token}
        self._others = {
            id_: self._opened(id_, entry["name"], entry["token"])
            for id_, entry in state.all(EVERYWHERE, "workspaces").items()
        }

        self._spares = Spares(self._copied)

    def all(self) -> list[Workspace]:
        """Return every workspace, the identity's first."""
        return [self.home, *self._others.values()]

    @property
    def engine_version(self) -> str:
        """The version of ClickHouse that runs here."""
        return self._engine.rows("SELECT version()")[0][0]

    def find(self, id_or_name: str) -> Workspace:
        """Raises: NotFound."""
        for workspace in self.all():
            if id_or_name in (workspace.id, workspace.name):
                return workspace
        raise NotFound(f"Workspace '{id_or_name}' not found")

    def create(self, name: str) -> Workspace:
        """Create an empty workspace.

        Raises: BadRequest: no name, or one that is taken.
        """
        if not name:
            raise BadRequest("A workspace needs a name.")
        with self._changing:
            if any(workspace.name == name for workspace in self.all()):
                raise BadRequest(f"There is already a workspace named '{name}'.")
            id_, token = _new_identity()
            self._state.put(EVERYWHERE, "workspaces", {id_: {"name": name, "token": token}})
            self._others[id_] = self._opened(id_, name, token)
            return self._others[id_]

    def copy(self, id_: str) -> Workspace:
        """Create a workspace with the project and the secrets of another, and none of its rows.

        Raises: NotFound.
        """
        made = self._spares.take(self.find(id_))
        entry = {"name": made.name, "token": made.token}
        with self._changing:
            self._state.put(EVERYWHERE, "workspaces", {made.id: entry})
            self._others[made.id] = made
        return made

    def close(self) -> None:
        """Drop what was made ahead."""
        self._spares.close()

    def delete(self, id_: str) -> None:
        """Delete a workspace with its rows.

        Raises: NotFound.  BadRequest: it is the identity's.
        """
        workspace = self.find(id_)
        if workspace is self.home:
            raise BadRequest("The workspace of .env.local cannot be deleted.")
        with self._changing:
            self._others.pop(workspace.id, None)
            self._state.remove(EVERYWHERE, "workspaces", workspace.id)
        workspace.drop()

    def write_journals(self) -> None:
        """Write what happened since the last time."""
        for workspace in self.all():
            workspace.journal.flush()

    def is_user(self, token: str) -> bool:
        """Tell whether `token` is the user's own, which owns every workspace."""
        return token in (self.user_token, self.admin_token)

    def caller(self, token: str, clock: Callable[[], float]) -> Caller:
        """Find out who a token belongs to.

        Raises: Forbidden: nobody.
        """
        if not token:
            raise Forbidden("The request has no token.")
        if token in self._home_tokens:
            return Caller(self.home, Access("admin", (ADMIN,)))
        for workspace in self.all():
            if access := _static_access(workspace, token):
                return Caller(workspace, access)
        workspace_id = claimed_workspace(token)
        for workspace in self.all():
            if workspace.id == workspace_id:
                access = verify_jwt(
                    token, key=workspace.token, workspace_id=workspace.id, now=clock()
                )
                return Caller(workspace, access)
        raise Forbidden("The token is not valid.")

    def _copied(self, source: Workspace) -> Workspace:
        id_, token = _new_identity()
        made = self._opened(id_, f"Copy_{id_.replace('-', '')}", token)
        made.take_over(source)
        return made

    def _opened(
        self, id_: str, name: str, token: str, given: dict[str, str] | None = None
    ) -> Workspace:
        return Workspace(
            self._engine,
            self._state,
            self._spool,
            workspace_id=id_,
            name=name,
            token=token,
            given_tokens=given or {},
            passed=self._passed,
            ttl=self._ttl,
        )


def _new_identity() -> tuple[str, str]:
    id_ = str(uuid.uuid4())
    return id_, new_token(id_, "workspace-admin", secrets.token_bytes(32))


def _static_access(workspace: Workspace, token: str) -> Access | None:
    for own in workspace.admin_tokens:
        if token == own.token:
            return Access(own.name, own.scopes)
    return workspace.tokens.access(token)
