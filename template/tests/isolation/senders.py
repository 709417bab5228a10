"""What one tenant sends through the app, and whether another tenant sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from .cases import Case
from .claims import Body
from .project import Project
from .reads import Answer, Request
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Forgery:
    """A body that changed another tenant's answer."""

    request: Request
    body: Body
    before: Answer
    after: Answer


@dataclass(slots=True)
class Senders:
    """Sends bodies to the app in the name of one tenant and reads as another.

    session_token: returns a session of the sender; those live for a minute alone.
    """

    workspace: Workspace
    project: Project
    app: httpx2.Client
    session_token: Callable[[], str]
    accepted: int = 0
    forgeries: list[Forgery] = field(default_factory=list)

    def examine(self, case: Case, bodies: Sequence[Body]) -> None:
        """Read what is usually asked before and after the bodies, and compare."""
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
            self._send(body)
        self.workspace.touched.update(self.project.tables)
        return before, self.workspace.read_all(case.usual)

    def _send(self, body: Body) -> None:
        token = self.session_token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": body.media_type}
        reply = self.app.post("/api/events", content=body.text.encode(), headers=headers)
        assert reply.status_code in (202, 400), reply.text
        self.accepted += reply.json()["accepted"] if reply.status_code == 202 else 0
