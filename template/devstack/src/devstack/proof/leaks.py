"""Where one tenant's answer depends on other tenants' rows, and on which of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .built import BuiltProject
from .cases import Case
from .reads import Answer, Request
from .rows import Order, Rows
from .workspace_client import WorkspaceClient

# An answer that holds the clock may differ by itself; one that differs every time leaks.
TRIALS = 3
# Where thousands of rows are needed, some may be too many: each probe costs some ten milliseconds.
MOST_PROBES = 150


@dataclass(frozen=True, slots=True)
class Leak:
    """A read whose answer changes when the rows of `others` are added to `own`.

    Args: is_least: none of `others` can be left out.
    """

    request: Request
    own: Rows
    others: Rows
    order: Order
    is_least: bool = False

    @property
    def alone(self) -> tuple[Rows, ...]:
        """The inserts without the others' rows."""
        return self.order.inserts(self.own, ())

    @property
    def together(self) -> tuple[Rows, ...]:
        """The inserts with the others' rows."""
        return self.order.inserts(self.own, self.others)


@dataclass(slots=True)
class LeakSearch:
    """Looks for the first leak of each endpoint; what is known to leak is not read again.

    Args: shown: what has shown a row.  compared: pairs of answers so far.
    """

    workspace: WorkspaceClient
    project: BuiltProject
    leaks: dict[str, Leak] = field(default_factory=dict)
    unstable: dict[str, Request] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    compared: int = 0

    def examine(self, case: Case) -> None:
        """Read everything of a case from both of its databases and compare."""
        asked = [r for r in case.requests if r.endpoint not in self.leaks.keys() | self.unstable]
        left, right = (self._answers(case, others, asked) for others in (case.left, case.right))
        self.shown |= {r.endpoint for r, one in zip(asked, left, strict=True) if one.has_rows}
        self.compared += len(asked)
        differ = [r for r, one, two in zip(asked, left, right, strict=True) if one != two]
        if differ:
            self._confirm(case, differ)

    def answers(self, leak: Leak) -> tuple[Answer, Answer]:
        """Return what a read answers without the others' rows, and with them."""
        return self._answer(leak.alone, leak), self._answer(leak.together, leak)

    def shrunk(self, leak: Leak) -> Leak:
        """Return the leak with the fewest rows and parameters that still show it."""
        leak = self._simplest(leak)
        leak = self._with_fewest_others(leak)
        if leak.own:
            own, _ = fewest(leak.own, lambda rows: self._shows(replace(leak, own=rows)))
            leak = self._with_fewest_others(replace(leak, own=own))
        return self._with_fewest_parameters(leak)

    def _simplest(self, leak: Leak) -> Leak:
        # Without rows of the reader where it can be, in the order that most are found in.
        if self._shows(fewer := replace(leak, own=())):
            leak = fewer
        plain = replace(leak, order=Order(copying=leak.order.copying))
        return plain if plain != leak and self._shows(plain) else leak

    def _with_fewest_others(self, leak: Leak) -> Leak:
        alone = self._answer(leak.alone, leak)

        def shows(rows: Rows) -> bool:
            return self._answer(replace(leak, others=rows).together, leak) != alone

        others, is_least = fewest(leak.others, shows)
        return replace(leak, others=others, is_least=is_least)

    def _with_fewest_parameters(self, leak: Leak) -> Leak:
        for name in leak.request.asked:
            kept = {key: value for key, value in leak.request.asked.items() if key != name}
            fewer = replace(leak, request=replace(leak.request, asked=kept))
            if self._shows(fewer):
                leak = fewer
        return leak

    def _answers(self, case: Case, others: Rows, requests: Sequence[Request]) -> list[Answer]:
        self._fill(case.order, case.order.inserts(case.own, others))
        return self.workspace.read_all(requests)

    def _fill(self, order: Order, inserts: tuple[Rows, ...]) -> None:
        self.workspace.fill(self.project, inserts, copying=order.copying)

    def _answer(self, inserts: tuple[Rows, ...], leak: Leak) -> Answer:
        self._fill(leak.order, inserts)
        return self.workspace.read(leak.request)

    def _shows(self, leak: Leak) -> bool:
        alone, together = self.answers(leak)
        return alone != together

    def _confirm(self, case: Case, differ: list[Request]) -> None:
        trials = [self._verdicts(case, differ) for _ in range(TRIALS)]
        alone, left = (self._answers(case, others, differ) for others in ((), case.left))
        for n, request in enumerate(differ):
            verdicts = {trial[n] for trial in trials}
            if "same" in verdicts or request.endpoint in self.leaks.keys() | self.unstable:
                continue
            if "unstable" not in verdicts:
                # One of both differs from the database that holds the own rows alone.
                others = case.left if left[n] != alone[n] else case.right
                self.leaks[request.endpoint] = Leak(request, case.own, others, case.order)
            elif request.sql is None:
                # Of a datasource that holds the clock the endpoints alone are compared.
                self.unstable[request.endpoint] = request

    def _verdicts(self, case: Case, differ: list[Request]) -> list[str]:
        answers = [
            self._answers(case, others, differ) for others in (case.left, case.right, case.left)
        ]
        return [_verdict(*each) for each in zip(*answers, strict=True)]


def _verdict(one: Answer, other: Answer, again: Answer) -> str:
    if one != again:
        return "unstable"
    return "same" if one == other else "leak"


def fewest(rows: Rows, is_enough: Callable[[Rows], bool]) -> tuple[Rows, bool]:
    """Return few of the rows that are enough, and whether none of them can be left out."""
    size, probes = max(1, len(rows) // 2), 0
    while True:
        before, start = len(rows), 0
        while start < len(rows):
            kept, probes = rows[:start] + rows[start + size :], probes + 1
            if probes > MOST_PROBES:
                return rows, False
            if kept and is_enough(kept):
                rows = kept
            else:
                start += size
        if size == 1 and len(rows) == before:
            return rows, True
        size = max(1, size // 2)
