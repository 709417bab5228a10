"""No tenant's answer depends on another tenant's rows: non-interference, on real ClickHouse.

Two databases that agree on one tenant's rows and differ in all others' give this tenant the same
bytes, from every endpoint of `tinybird/`, granted or not, and from every datasource that is filled
from others. How many rows there are, in which order they came, in one part or in several, and
whether copies have run, differs from case to case. Endpoints, parameters, datasources and types
are read from what was built, so that a new file is covered the moment it exists.
`ISOLATION_EXAMPLES=2000 uv run poe test` looks longer, each time elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from random import Random, SystemRandom

import httpx2
import pytest
from roost.testing.stack import DEVSTACK, NO_AUTHORITIES, ROOT, Stack, running_app, running_stack

from .isolation.blame import find_culprit
from .isolation.cases import cases
from .isolation.claims import claiming_bodies
from .isolation.columns import vocabulary
from .isolation.leaks import Leak, Search
from .isolation.project import Project
from .isolation.report import forged, report, unstable
from .isolation.senders import Senders
from .isolation.workspace import Workspace

EXAMPLES = "ISOLATION_EXAMPLES"
ACME = "org_local_acme"
GLOBEX = "org_local_globex"
GRACE = "user_local_grace"
MOST_FORGERIES = 3
# What leaks in more ways than these is shown as it was found.
MOST_SHRUNK = 20

COUNT = int(os.environ.get(EXAMPLES, "40"))
# The same cases in every run, unless more of them are asked for.
SEED = str(SystemRandom().getrandbits(64)) if EXAMPLES in os.environ else "isolation"


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack whose tables may be emptied: other tests need the fixtures in theirs."""
    with running_stack() as stack:
        yield stack


@pytest.fixture(scope="module")
def workspace(own_stack: Stack) -> Iterator[Workspace]:
    """The workspace in which the data project was built."""
    with Workspace.of(own_stack.env) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def project(workspace: Workspace) -> Project:
    """What was built there."""
    listed = subprocess.run(
        [*DEVSTACK, "endpoints"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return workspace.project(json.loads(listed.stdout))


def test_other_tenants_rows_change_no_answer(workspace: Workspace, project: Project) -> None:
    search = Search(workspace, project)

    for case in cases(project, vocabulary(project.words(), project.numbers()), COUNT, SEED):
        search.examine(case)

    leaks = [leak for _, leak in sorted(search.leaks.items())]
    found = [_described(search, search.shrunk(leak)) for leak in leaks[:MOST_SHRUNK]]
    found += [_described(search, leak) for leak in leaks[MOST_SHRUNK:]]
    found += [unstable(request) for _, request in sorted(search.unstable.items())]
    if found:
        pytest.fail("\n\n".join(["Other tenants' rows change answers.", *found]), pytrace=False)
    silent = {endpoint.name for endpoint in project.endpoints} - search.shown
    assert silent == set(), (
        "these never showed a row, so nothing is proven of them: name values that their "
        "parameters take in the parameters' defaults or descriptions"
    )


def test_what_others_send_changes_no_answer(
    own_stack: Stack, workspace: Workspace, project: Project
) -> None:
    known = vocabulary(project.words(), project.numbers())

    with (
        running_app(own_stack.env) as app_url,
        httpx2.Client(base_url=app_url, timeout=30, verify=NO_AUTHORITIES) as app,
    ):
        random = Random(SEED)  # noqa: S311 - what is found is to be found again
        senders = Senders(workspace, project, app, lambda: own_stack.session_token(GRACE, GLOBEX))

        for case in cases(project, known, max(1, COUNT // 2), SEED, (ACME,)):
            senders.examine(case, claiming_bodies(random, project, known, ACME))
            if senders.forgeries:
                break

    if senders.forgeries:
        text = "\n\n".join(forged(each) for each in senders.forgeries[:MOST_FORGERIES])
        pytest.fail(f"What another tenant sends changes answers.\n\n{text}", pytrace=False)
    assert senders.accepted > 0 or not project.filled


def _described(search: Search, leak: Leak) -> str:
    alone, together = search.answers(leak)
    culprit = find_culprit(search.workspace, search.project, leak)
    return report(leak, culprit, alone, together)
