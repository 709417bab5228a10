"""What an owner has done to a project is still there after an update."""

from __future__ import annotations

import pytest

from ..turns import in_turn
from .before_library import moved_imports
from .conftest import Start
from .document import follow
from .edits import edit, era_of, lost, replace
from .eras import PACKAGE
from .project import (
    attempt,
    commit,
    conflicts,
    install,
    pass_checks,
    pass_suite,
    secrets,
    update,
)
from .releases import (
    BETWEEN,
    LATER,
    LATER_LINE,
    NEXT,
    OLDEST,
    README_LINE,
    chosen,
    crosses_a_move,
    starts,
)

pytestmark = pytest.mark.slow

# From the newest release always, and from another by turns.
NOW = in_turn(chosen(), always=chosen()[-1:])
TRUSTED = "Template uses potentially unsafe feature: migrations"
POLICY = f"{PACKAGE}/policy.py"
README_END = "What you write below this line is yours: no update changes it."
LIMITS = "vendor/roost/src/roost/policy/limits.py"


@pytest.mark.parametrize(
    ("version", "backend"),
    [pytest.param(*start, marks=[] if start in NOW else pytest.mark.nightly) for start in starts()],
)
def test_every_edit_outlives_an_update_and_the_app_starts(
    started: Start, version: str, backend: str
) -> None:
    project = started(version, backend=backend)
    era = era_of(version)
    edit(project, backend, era)
    before, policy = secrets(project), (project / POLICY).read_text()

    result = follow(project, TRUSTED if crosses_a_move(version) else "Take an update")
    said = result.stdout + result.stderr

    assert result.returncode == 0, said
    assert lost(project, said, backend, era) == []
    assert conflicts(project) == []
    assert secrets(project) == before
    # Its import lines alone, each told as it was and as it is.
    assert (project / POLICY).read_text() == moved_imports(policy)
    moved = crosses_a_move(version)
    assert ("  - from .core.access import Claim, Grant, Who" in said) == moved
    assert ("  + from roost.policy.access import Claim, Grant, Who" in said) == moved
    attempt(["uv", "lock", "--quiet"], project).check_returncode()
    commit(project)
    install(project)
    assert f"{LIMITS} differs from the release" in pass_checks(project)
    # The longest way stands for the others: it has the oldest `.env.local`, too.
    if version == OLDEST:
        pass_suite(project)


def test_lines_that_both_changed_stand_in_the_file_twice(started_small: Start) -> None:
    project = started_small(NEXT)
    theirs, ours = LATER_LINE[1], "# For our assistants"
    replace(project / "AGENTS.md", LATER_LINE[0], ours)
    commit(project)

    # That chapter follows the main branch, where the other side has changed the line.
    result = follow(project, "You are downgrading")

    assert result.returncode == 0, result.stderr
    assert conflicts(project) == ["AGENTS.md"]
    marked = f"<<<<<<< before updating\n{ours}\n=======\n{theirs}\n>>>>>>> after updating\n"
    assert (project / "AGENTS.md").read_text().startswith(marked)


def test_dependencies_beside_the_library_conflict_with_no_release(started_small: Start) -> None:
    project = started_small(NEXT)
    # One before `roost`, one after it.
    for name in ("humanize", "tomli-w"):
        attempt(["uv", "add", "--quiet", "--no-sync", name], project).check_returncode()
    commit(project)

    for version in (BETWEEN, LATER):
        update(project, "--vcs-ref", version).check_returncode()
        assert conflicts(project) == []
        attempt(["uv", "lock", "--check"], project).check_returncode()
        commit(project)

    text = (project / "pyproject.toml").read_text()
    added = [line for line in text.splitlines() if "humanize" in line or "tomli-w" in line]
    assert len(added) == 2
    assert '    "roost[fastapi]==0+vendored", # vendor/roost\n' in text


def test_the_library_is_merged_as_any_file(started: Start) -> None:
    project = started(NEXT)
    replace(project / LIMITS, "One bucket for each key", "Our bucket for each key")
    commit(project)

    update(project).check_returncode()

    assert conflicts(project) == []
    assert "Our bucket for each key" in (project / LIMITS).read_text()
    assert LATER in (project / LIMITS.replace("policy/limits", "__init__")).read_text()


def test_what_stands_below_the_readme_never_conflicts(started_small: Start) -> None:
    project = started_small(NEXT)
    with (project / "README.md").open("a") as readme:
        readme.write("\n## Ours\n")
    commit(project)

    update(project).check_returncode()

    assert conflicts(project) == []
    text = (project / "README.md").read_text()
    assert README_LINE[1] in text
    assert text.endswith(f"{README_END}\n\n## Ours\n")
