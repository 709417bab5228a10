"""The deployments of a workspace: which one is live, which one waits, which ones were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from ..errors import BadRequest, Conflict, NotFound
from ..state import State, now

KIND = "deployments"
STAGED_FILES = "staged_files"
MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment; `details` is what it changed, as the CLI is told."""

    id: int
    live: bool
    status: Literal["data_ready", "deleted"] = "data_ready"
    created_at: str = "2020-01-01 00:00:00"
    updated_at: str = "2020-01-01 00:00:00"
    details: Mapping[str, Any] = field(default_factory=dict)


# What is live before the first deployment; the CLI hides it.
SEED = Deployment(0, live=True)


class Deployments:
    """At most one deployment is live and at most one waits for its promotion."""

    def __init__(self, state: State, workspace_id: str) -> None:
        self._state, self._id = state, workspace_id

    def all(self) -> list[Deployment]:
        """Return every deployment that is remembered, the oldest first."""
        stored = self._state.all(self._id, KIND).values()
        return [Deployment(**document) for document in stored] or [SEED]

    def current(self) -> list[Deployment]:
        """Return the live deployment and the one that waits, if there is one."""
        return [one for one in self.all() if one.status != "deleted"]

    def live(self) -> Deployment:
        """Return the live deployment."""
        return next((one for one in self.current() if one.live), SEED)

    def staged(self) -> Deployment | None:
        """Return the deployment that waits for its promotion."""
        return next((one for one in self.current() if not one.live), None)

    def find(self, id_: str) -> Deployment:
        """Raises: NotFound."""
        for deployment in self.all():
            if str(deployment.id) == id_:
                return deployment
        raise NotFound(f"Deployment '{id_}' not found")

    def require_none_staged(self) -> None:
        """Raises: Conflict: a deployment waits for its promotion."""
        if waiting := self.staged():
            raise Conflict(
                f"Deployment #{waiting.id} waits to be promoted: promote or discard it first."
            )

    def staged_files(self) -> dict[str, str]:
        """Return the files of the deployment that waits."""
        return self._state.all(self._id, STAGED_FILES)

    def stage(self, files: Mapping[str, str], details: Mapping[str, Any]) -> Deployment:
        """Keep a deployment until it is promoted or discarded."""
        self._state.replace(self._id, STAGED_FILES, files)
        return self._add(details, live=False)

    def go_live(self, details: Mapping[str, Any]) -> Deployment:
        """Note a deployment that is live at once."""
        return self._add(details, live=True)

    def promote(self, deployment: Deployment) -> None:
        """Note that the deployment that waited is live and the old one is gone."""
        self._put(_gone(self.live()), replace(deployment, live=True, updated_at=now()))
        self._state.replace(self._id, STAGED_FILES, {})

    def discard(self, deployment: Deployment) -> None:
        """Forget the deployment that waits; one that is gone already stays so.

        Raises: BadRequest: it is live.
        """
        if deployment.live:
            raise BadRequest(f"Deployment #{deployment.id} is live and cannot be deleted.")
        if deployment.status != "deleted":
            self._put(_gone(deployment))
            self._state.replace(self._id, STAGED_FILES, {})

    def _add(self, details: Mapping[str, Any], *, live: bool) -> Deployment:
        number = self.all()[-1].id + 1
        added = Deployment(number, live, "data_ready", now(), now(), details)
        old = _gone(self.live()) if live else self.live()
        self._put(old, added)
        for one in self.all()[:-MOST_KEPT]:
            if one.status == "deleted":
                self._state.remove(self._id, KIND, _key(one.id))
        return added

    def _put(self, *deployments: Deployment) -> None:
        documents = {_key(one.id): asdict(one) for one in deployments}
        self._state.put(self._id, KIND, documents)


def _gone(deployment: Deployment) -> Deployment:
    return replace(deployment, live=False, status="deleted", updated_at=now())


def _key(number: int) -> str:
    # Keys come back in the order of their texts.
    return f"{number:08}"
