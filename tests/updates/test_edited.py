"""What an owner has done to a project is still there after an update."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Start
from .document import follow
from .edits import edit, lost, replace
from .project import commit, conflicts, install, pass_checks, pass_suite, secrets
from .releases import LATER_LINE, NEXT, OLDEST, RELEASES

pytestmark = pytest.mark.slow

# Tools write it whole; docs/updating.md says how to bring it together.
LOCK = "uv.lock"
TRUSTED = "Template uses potentially unsafe feature: migrations"


@pytest.mark.parametrize("version", RELEASES)
def test_every_edit_outlives_an_update_and_the_suite_passes(started: Start, version: str) -> None:
    project = started(version)
    edit(project)
    before = secrets(project)

    result = follow(project, TRUSTED if version == OLDEST else "Take an update")

    assert result.returncode == 0, result.stderr
    assert lost(project) == []
    assert set(conflicts(project)) <= {LOCK}
    assert secrets(project) == before
    _mend_lock(project)
    commit(project)
    install(project)
    pass_checks(project)
    # The longest way stands for the others: it has the oldest `.env.local`, too.
    if version == OLDEST:
        pass_suite(project)


def test_lines_that_both_changed_stand_in_the_file_twice(started: Start) -> None:
    project = started(NEXT)
    theirs, ours = LATER_LINE[1], "# For our assistants"
    replace(project / "AGENTS.md", LATER_LINE[0], ours)
    commit(project)

    # That chapter follows the main branch, where the other side has changed the line.
    result = follow(project, "You are downgrading")

    assert result.returncode == 0, result.stderr
    assert conflicts(project) == ["AGENTS.md"]
    marked = f"<<<<<<< before updating\n{ours}\n=======\n{theirs}\n>>>>>>> after updating\n"
    assert (project / "AGENTS.md").read_text().startswith(marked)


def _mend_lock(project: Path) -> None:
    if LOCK in conflicts(project):
        follow(project, "Where both changed the same lines").check_returncode()
