"""What one tenant sends through the app, and whether another tenant sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from ..errors import UserError
from .built import BuiltProject
from .cases import Case
from .claims import Body
from .reads import Answer, Request
from .workspace_client import WorkspaceClient


class AppUnusable(UserError):
    """The app does not take events as one of Roost does; the sentence has its answer."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """A body that changed another tenant's answer."""

    request: Request
    body: Body
    before: Answer
    after: Answer


@dataclass(slots=True)
class EventSender:
    """A user of one tenant, who sends to the app; `accepted` counts rows.

    session_token: returns a session of theirs; those live for a minute alone.
    """

    app: httpx2.Client
    session_token: Callable[[], str]
    accepted: int = 0

    def send(self, body: Body) -> None:
        """Post a body to the app, which may refuse it.

        Raises: AppUnusable: it neither takes nor refuses it.
        """
        token = self.session_token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": body.media_type}
        reply = self.app.post("/api/events", content=body.text.encode(), headers=headers)
        if reply.status_code not in (202, 400):
            raise AppUnusable(
                f"The app answered POST /api/events with {reply.status_code}, neither 202 nor 400: "
                f"{reply.text}"
            )
        self.accepted += reply.json()["accepted"] if reply.status_code == 202 else 0


@dataclass(slots=True)
class ForgerySearch:
    """Has bodies sent in the name of one tenant and reads as another."""

    workspace: WorkspaceClient
    project: BuiltProject
    sender: EventSender
    forgeries: list[Forgery] = field(default_factory=list)

    def examine(self, case: Case, bodies: Sequence[Body]) -> None:
        """Read what is usually asked before and after the bodies, and compare.

        Raises: AppUnusable.
        """
        before, after = self._answers(case, bodies)
        if before != after:
            self._find(case, bodies)

    def _find(self, case: Case, bodies: Sequence[Body]) -> None:
        # One body alone, and not what changes by itself, such as an answer that holds the clock.
        still, again = self._answers(case, [])
        for body in bodies:
            before, after = self._answers(case, [body])
            self.forgeries += [
                Forgery(request, body, before[n], after[n])
                for n, request in enumerate(case.usual)
                if before[n] != after[n] and still[n] == again[n]
            ]

    def _answers(self, case: Case, bodies: Sequence[Body]) -> tuple[list[Answer], list[Answer]]:
        self.workspace.fill(self.project, (case.own,))
        before = self.workspace.read_all(case.usual)
        for body in bodies:
            self.sender.send(body)
        self.workspace.touched.update(self.project.tables)
        return before, self.workspace.read_all(case.usual)
