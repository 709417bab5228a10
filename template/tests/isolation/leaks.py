"""Where one tenant's answer depends on other tenants' rows, and on which of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .cases import Case, Rows
from .project import Project
from .workspace import Answer, Request, Workspace

# An answer that holds the clock may differ by itself; one that differs every time leaks.
TRIALS = 3


@dataclass(frozen=True, slots=True)
class Leak:
    """A read whose answer changes when the rows of `others` are added to `own`."""

    request: Request
    own: Rows
    others: Rows


@dataclass(slots=True)
class Search:
    """Looks for the first leak of each endpoint; what is known to leak is not read again."""

    workspace: Workspace
    project: Project
    leaks: dict[str, Leak] = field(default_factory=dict)
    unstable: dict[str, Request] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)

    def examine(self, case: Case) -> None:
        """Read everything of a case from both of its databases and compare."""
        asked = [r for r in case.requests if r.endpoint not in self.leaks.keys() | self.unstable]
        left = self._answers(case.own + case.left, asked)
        right = self._answers(case.own + case.right, asked)
        for request, one, other in zip(asked, left, right, strict=True):
            if one.has_rows:
                self.shown.add(request.endpoint)
            if one != other and request.endpoint not in self.leaks.keys() | self.unstable:
                self._confirm(case, request)

    def answer(self, rows: Rows, request: Request) -> Answer:
        """Return what a read answers when these rows are all that there are."""
        return self._answers(rows, [request])[0]

    def shrunk(self, leak: Leak) -> Leak:
        """Return the leak with the fewest rows and parameters that still show it."""
        if self._shows(without_own := replace(leak, own=())):
            leak = without_own
        leak = self._with_fewest_others(leak)
        if leak.own:
            own = fewest(leak.own, lambda rows: self._shows(replace(leak, own=rows)))
            leak = self._with_fewest_others(replace(leak, own=own))
        return self._with_fewest_parameters(leak)

    def _with_fewest_others(self, leak: Leak) -> Leak:
        others = fewest(leak.others, lambda rows: self._shows(replace(leak, others=rows)))
        return replace(leak, others=others)

    def _with_fewest_parameters(self, leak: Leak) -> Leak:
        for name in leak.request.asked:
            kept = {key: value for key, value in leak.request.asked.items() if key != name}
            fewer = replace(leak, request=replace(leak.request, asked=kept))
            if self._shows(fewer):
                leak = fewer
        return leak

    def _answers(self, rows: Rows, requests: Sequence[Request]) -> list[Answer]:
        self.workspace.fill(self.project, rows)
        return [self.workspace.read(request) for request in requests]

    def _shows(self, leak: Leak) -> bool:
        alone = self.answer(leak.own, leak.request)
        together = self.answer(leak.own + leak.others, leak.request)
        return alone != together

    def _confirm(self, case: Case, request: Request) -> None:
        # Both databases agree with the one that holds the own rows alone, or one of them does not.
        verdicts = {self._verdict(case, request) for _ in range(TRIALS)}
        if "same" in verdicts:
            return
        if "unstable" in verdicts:
            self.unstable[request.endpoint] = request
            return
        alone = self.answer(case.own, request)
        guilty = case.left if self.answer(case.own + case.left, request) != alone else case.right
        self.leaks[request.endpoint] = Leak(request, case.own, guilty)

    def _verdict(self, case: Case, request: Request) -> str:
        left, right, left_again = (
            self.answer(case.own + others, request) for others in (case.left, case.right, case.left)
        )
        if left != left_again:
            return "unstable"
        return "same" if left == right else "leak"


def fewest(rows: Rows, is_enough: Callable[[Rows], bool]) -> Rows:
    """Return rows of which none can be left out, given that all of them are enough."""
    size = max(1, len(rows) // 2)
    while True:
        before, start = len(rows), 0
        while start < len(rows):
            kept = rows[:start] + rows[start + size :]
            if kept and is_enough(kept):
                rows = kept
            else:
                start += size
        if size == 1 and len(rows) == before:
            return rows
        size = max(1, size // 2)
