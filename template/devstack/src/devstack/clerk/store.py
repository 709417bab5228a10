"""What must survive a restart: browsers, sessions, tickets, mails, the directory's changes."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..data_dir import claim_data_dir
from ..errors import UserError
from .records import (
    Client,
    Invitation,
    JwtTemplate,
    Mail,
    Membership,
    Organization,
    Session,
    SignIn,
    SignUp,
    Ticket,
    User,
)


class StateUnreadable(UserError):
    """The state file is damaged; the sentence says which file to delete."""


@dataclass(slots=True)
class State:
    """Everything that is kept. Clients are keyed by dev-browser token, the rest by id."""

    clients: dict[str, Client] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    # The oldest first.
    mails: list[Mail] = field(default_factory=list)
    jwt_templates: dict[str, JwtTemplate] = field(default_factory=dict)
    # Ids of the demo's organizations and memberships that were deleted.
    deleted: set[str] = field(default_factory=set)


class Store:
    """The state of one data directory, written whole after each change.

    The directory is locked, so that two servers never overwrite each other.
    Raises: DataDirInUse: another server holds it.  StateUnreadable: its file is damaged.
    """

    def __init__(self, data_dir: Path) -> None:
        self._lock = claim_data_dir(data_dir, "local Clerk")
        self._path = data_dir / "state.json"
        self.state = _read(self._path)

    def save(self) -> None:
        """Write the state, so that a kill at any moment leaves the old file or the new one."""
        document = dataclasses.asdict(self.state)
        write_private(self._path, json.dumps(document, default=sorted))

    def close(self) -> None:
        """Let go of the data directory."""
        os.close(self._lock)


def write_private(path: Path, text: str) -> None:
    """Replace the file at `path` in one step, readable by its owner alone (mode 0600)."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(fresh, path)


def _read(path: Path) -> State:
    try:
        return _state(json.loads(path.read_text()))
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError, KeyError) as error:
        raise StateUnreadable(f"{path} is damaged: delete it and start again.") from error


def _state(document: Mapping[str, Any]) -> State:
    return State(
        clients={key: _client(row) for key, row in document["clients"].items()},
        sessions={key: Session(**row) for key, row in document["sessions"].items()},
        tickets={key: Ticket(**row) for key, row in document["tickets"].items()},
        users={key: User(**row) for key, row in document.get("users", {}).items()},
        organizations={key: Organization(**row) for key, row in document["organizations"].items()},
        memberships={key: Membership(**row) for key, row in document["memberships"].items()},
        invitations={
            key: Invitation(**row) for key, row in document.get("invitations", {}).items()
        },
        mails=[Mail(**row) for row in document.get("mails", [])],
        jwt_templates={
            key: JwtTemplate(**row) for key, row in document.get("jwt_templates", {}).items()
        },
        deleted=set(document["deleted"]),
    )


def _client(row: Mapping[str, Any]) -> Client:
    fields = dict(row)
    sign_in, sign_up = fields.pop("sign_in"), fields.pop("sign_up", None)
    return Client(
        **fields,
        sign_in=SignIn(**sign_in) if sign_in else None,
        sign_up=SignUp(**sign_up) if sign_up else None,
    )
