"""The static tokens and the secrets of a workspace."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..project.resources import Project
from ..state import State, now
from .access import ADMIN, Access, Scope
from .jws import static_token

# By this name clients look for the token of the CLI; it is the account of Tinybird Local.
CLI_TOKEN = "admin local_testing@tinybird.co"


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A stored token with all its scopes, those that datafiles grant to its name included."""

    id: str
    name: str
    token: str
    scopes: tuple[Scope, ...] = ()
    description: str = ""


def admin_tokens(workspace_id: str, token: str) -> tuple[StaticToken, ...]:
    """Return the admin tokens that every workspace has: its own, `token`, and the CLI's.

    Source: https://www.tinybird.co/docs/forward/administration/tokens/static-tokens
    """
    signature = hmac.digest(token.encode(), CLI_TOKEN.encode(), hashlib.sha256)
    cli = static_token(_claims(workspace_id, "cli-admin"), signature)
    return (
        StaticToken("workspace-admin", "workspace admin token", token, (ADMIN,)),
        StaticToken("cli-admin", CLI_TOKEN, cli, (ADMIN,)),
    )


def new_token(workspace_id: str, id_: str, random: bytes) -> str:
    """Return a token of a workspace that nobody can guess, for 32 random bytes."""
    return static_token(_claims(workspace_id, id_), random)


class Tokens:
    """Static tokens: named by the datafiles, or made by the API."""

    def __init__(self, state: State, workspace_id: str, given: Mapping[str, str]) -> None:
        self._state, self._id, self._given = state, workspace_id, given
        self._project = Project()
        self._by_value: dict[str, StaticToken] = {}
        self._load()

    def follow(self, project: Project) -> None:
        """Grant what the TOKEN lines of a project say, with new tokens for new names."""
        self._project = project
        known = self._state.all(self._id, "tokens")
        for name in sorted(_named(project) - known.keys()):
            self._write(name, _new(self._id))
        self._load()

    def all(self) -> list[StaticToken]:
        """Return the tokens in the order of their names."""
        return list(self._by_value.values())

    def access(self, value: str) -> Access | None:
        """Return what a token may do, None for an unknown one."""
        token = self._by_value.get(value)
        return Access(token.name, token.scopes, token.id) if token else None

    def create(self, name: str, scopes: tuple[Scope, ...], description: str) -> None:
        """Store a token under a random value."""
        self._write(name, _new(self._id, scopes, description))
        self._load()

    def renew(self, name: str) -> None:
        """Give a token a new random value."""
        old = self._stored(name)
        self._write(name, old | {"token": _fresh(self._id, old["id"])})
        self._load()

    def change(
        self, name: str, scopes: tuple[Scope, ...], new_name: str, description: str | None
    ) -> None:
        """Put scopes in the place of those that a token was stored with; its value stays.

        Args: description: None leaves it as it is.
        """
        old = self._stored(name)
        told = {} if description is None else {"description": description}
        # The new name first: a crash between the two leaves one too many, not none.
        self._write(new_name, old | {"scopes": _stored_scopes(scopes)} | told)
        if new_name != name:
            self._state.remove(self._id, "tokens", name)
        self._load()

    def remove(self, name: str) -> None:
        """Forget a token."""
        self._state.remove(self._id, "tokens", name)
        self._load()

    def is_given(self, name: str) -> bool:
        """Tell whether the value of a token comes from the identity."""
        return name in self._given

    def _stored(self, name: str) -> dict[str, Any]:
        return self._state.all(self._id, "tokens")[name]

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        self._state.put(self._id, "tokens", {name: document})

    def _load(self) -> None:
        tokens = (
            StaticToken(
                id=document["id"],
                name=name,
                token=self._given.get(name, document["token"]),
                scopes=(*(Scope(*scope) for scope in document["scopes"]), *self._granted(name)),
                description=document.get("description", ""),
            )
            for name, document in self._state.all(self._id, "tokens").items()
        )
        self._by_value = {token.token: token for token in tokens}

    def _granted(self, name: str) -> tuple[Scope, ...]:
        pipes = [("PIPES", pipe) for pipe in self._project.pipes.values()]
        datasources = [("DATASOURCES", one) for one in self._project.datasources.values()]
        return tuple(
            Scope(f"{kind}:{grant.permission}", resource.name)
            for kind, resource in (*pipes, *datasources)
            for grant in resource.tokens
            if grant.name == name
        )


class Secrets:
    """What templates read by `tb_secret()`."""

    def __init__(self, state: State, workspace_id: str) -> None:
        self._state, self._id = state, workspace_id
        self._entries: dict[str, dict[str, str]] = state.all(workspace_id, "variables")

    def all(self) -> dict[str, dict[str, str]]:
        """Return `value`, `created_at` and `updated_at` by name."""
        return dict(self._entries)

    def values(self) -> dict[str, str]:
        """Return the values by name."""
        return {name: entry["value"] for name, entry in self._entries.items()}

    def put(self, name: str, value: str) -> None:
        """Store a secret."""
        created_at = self._entries.get(name, {}).get("created_at", now())
        entry = {"value": value, "created_at": created_at, "updated_at": now()}
        self._state.put(self._id, "variables", {name: entry})
        self._entries[name] = entry

    def remove(self, name: str) -> None:
        """Forget a secret."""
        self._state.remove(self._id, "variables", name)
        self._entries.pop(name, None)


def _claims(workspace_id: str, id_: str) -> dict[str, str]:
    return {"u": workspace_id, "id": id_, "host": "local"}


def _new(
    workspace_id: str, scopes: tuple[Scope, ...] = (), description: str = ""
) -> dict[str, Any]:
    id_ = str(uuid.uuid4())
    return {
        "id": id_,
        "token": _fresh(workspace_id, id_),
        "scopes": _stored_scopes(scopes),
        "description": description,
    }


def _fresh(workspace_id: str, id_: str) -> str:
    return new_token(workspace_id, id_, secrets.token_bytes(32))


def _stored_scopes(scopes: tuple[Scope, ...]) -> list[list[str | None]]:
    return [[scope.type, scope.resource] for scope in scopes]


def _named(project: Project) -> set[str]:
    resources = [*project.datasources.values(), *project.pipes.values()]
    return {grant.name for resource in resources for grant in resource.tokens}
