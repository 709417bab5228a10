"""The two parts of the proof: what other tenants' rows change, and what they send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..stack.progress import say
from .blame import find_culprit
from .built import BuiltProject
from .cases import Case, cases
from .claims import claiming_bodies
from .columns import vocabulary
from .forgeries import EventSender, ForgerySearch
from .leaks import Leak, LeakSearch
from .options import Options
from .report import forged, report, unstable
from .workspace_client import WorkspaceClient

# Who reads while a user of another tenant sends; the local Clerk knows that user.
READER = "org_local_acme"
MOST_FORGERIES = 3
# What leaks in more ways than these is shown as it was found.
MOST_SHRUNK = 20
_TOLD_TIMES = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a part of the proof holds, and its report."""

    holds: bool
    report: str


def prove_rows(workspace: WorkspaceClient, project: BuiltProject, options: Options) -> Verdict:
    """Look for answers of one tenant that depend on other tenants' rows."""
    search = LeakSearch(workspace, project)
    known = vocabulary(project.words(), project.numbers())
    drawn = cases(project, known, options.examples, options.seed)
    for case in _told(drawn, options.examples):
        search.examine(case)
    if found := _found(search):
        return Verdict(False, "\n\n".join(["Other tenants' rows change answers.", *found]))
    if silent := {endpoint.name for endpoint in project.endpoints} - search.shown:
        return Verdict(False, _silent(silent))
    return Verdict(
        True,
        f"No answer depends on other tenants' rows: {search.compared:,} pairs of answers of "
        f"{len(project.endpoints)} endpoints and the datasources are the same bytes, over "
        f"{options.examples} pairs of databases (seed {options.seed}).",
    )


def prove_events(
    workspace: WorkspaceClient, project: BuiltProject, options: Options, sender: EventSender
) -> Verdict:
    """Look for answers of one tenant that change with what another tenant sends to the app.

    Raises: AppUnusable.
    """
    # What is found is to be found again.
    random = Random(options.seed)
    search = ForgerySearch(workspace, project, sender)
    known = vocabulary(project.words(), project.numbers())
    count = max(1, options.examples // 2)
    for case in _told(cases(project, known, count, options.seed, (READER,)), count):
        search.examine(case, claiming_bodies(random, project, known, READER))
        if search.forgeries:
            break
    if search.forgeries:
        text = "\n\n".join(forged(each) for each in search.forgeries[:MOST_FORGERIES])
        return Verdict(False, f"What another tenant sends changes answers.\n\n{text}")
    if not sender.accepted and project.filled:
        return Verdict(
            False, "The app accepted no event, so nothing is proven of what others send."
        )
    return Verdict(
        True,
        f"Nothing that another tenant sends changes an answer: {sender.accepted:,} rows that claim "
        f"to be the reader's were accepted beside {count} databases (seed {options.seed}).",
    )


def _found(search: LeakSearch) -> list[str]:
    leaks = [leak for _, leak in sorted(search.leaks.items())]
    found = [_described(search, search.shrunk(leak)) for leak in leaks[:MOST_SHRUNK]]
    found += [_described(search, leak) for leak in leaks[MOST_SHRUNK:]]
    return found + [unstable(request) for _, request in sorted(search.unstable.items())]


def _described(search: LeakSearch, leak: Leak) -> str:
    alone, together = search.answers(leak)
    culprit = find_culprit(search.workspace, search.project, leak)
    return report(leak, culprit, alone, together)


def _silent(endpoints: set[str]) -> str:
    return (
        f"{', '.join(sorted(endpoints))}: these never showed a row, so nothing is proven of them: "
        "name values that their parameters take in the parameters' defaults or descriptions"
    )


def _told(drawn: Iterator[Case], count: int) -> Iterator[Case]:
    every = max(1, count // _TOLD_TIMES)
    for n, case in enumerate(drawn, 1):
        yield case
        if n % every == 0 or n == count:
            say(f"{n} of {count} cases")
