"""The static tokens and the secrets of a workspace."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..project.resources import Project
from ..state import State, now
from .access import Access, Scope


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A stored token with all its scopes, those that datafiles grant to its name included."""

    id: str
    name: str
    token: str
    scopes: tuple[Scope, ...] = ()


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
            self._write(name, None, [])
        self._load()

    def all(self) -> list[StaticToken]:
        """Return the tokens in the order of their names."""
        return list(self._by_value.values())

    def access(self, value: str) -> Access | None:
        """Return what a token may do, None for an unknown one."""
        token = self._by_value.get(value)
        return Access(token.name, token.scopes, token.id) if token else None

    def put(self, name: str, scopes: tuple[Scope, ...] = ()) -> None:
        """Store a token under a new random value; an existing one of that name is renewed."""
        old = self._state.all(self._id, "tokens").get(name, {})
        kept = [[scope.type, scope.resource] for scope in scopes] or old.get("scopes", [])
        self._write(name, old.get("id"), kept)
        self._load()

    def remove(self, name: str) -> None:
        """Forget a token."""
        self._state.remove(self._id, "tokens", name)
        self._load()

    def is_given(self, name: str) -> bool:
        """Tell whether the value of a token comes from the identity."""
        return name in self._given

    def _write(self, name: str, id_: str | None, scopes: list[list[str | None]]) -> None:
        document = {
            "id": id_ or str(uuid.uuid4()),
            "token": f"p.local_{secrets.token_hex(24)}",
            "scopes": scopes,
        }
        self._state.put(self._id, "tokens", {name: document})

    def _load(self) -> None:
        tokens = (
            StaticToken(
                id=document["id"],
                name=name,
                token=self._given.get(name, document["token"]),
                scopes=(*(Scope(*scope) for scope in document["scopes"]), *self._granted(name)),
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


def _named(project: Project) -> set[str]:
    resources = [*project.datasources.values(), *project.pipes.values()]
    return {grant.name for resource in resources for grant in resource.tokens}
