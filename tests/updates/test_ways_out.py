"""Every way in which an update can go wrong, and the way out that docs/updating.md gives."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import Start
from .document import follow
from .edits import replace
from .project import (
    ANSWERS,
    ENVIRONMENT,
    attempt,
    commit,
    conflicts,
    files,
    git,
    secrets,
    update,
)
from .releases import LATER, LATER_LINE, NEXT, OLDEST

DEADLINE_S = 120
MARK = "src/acme_analytics/dashboard/static/icons/mark.svg"
# A release that took a name which is refused now.
STRICTER = "0.2.0"
REFUSED = {"project_slug": "rich", "package_name": "acme_analytics"}


@pytest.fixture(scope="module")
def updated(started_small: Start) -> Path:
    """Update a project in which something was not committed, as the page says, once."""
    project = started_small(NEXT)
    (project / "scratch.txt").write_text("not committed")
    refused = update(project)
    assert refused.returncode == 1
    assert "Destination repository is dirty" in refused.stderr
    follow(project, "Destination repository is dirty").check_returncode()
    update(project).check_returncode()
    commit(project)
    follow(project, "Destination repository is dirty", 1).check_returncode()
    return project


def _copy(project: Path, folder: Path) -> Path:
    return shutil.copytree(project, folder / "project", symlinks=True)


def test_a_dirty_project_is_put_aside_and_updated(updated: Path) -> None:
    assert f"_commit: {LATER}" in (updated / ANSWERS).read_text()
    assert git("status", "--short", cwd=updated) == "?? scratch.txt\n"


def test_a_committed_update_is_taken_back(
    updated: Path, started_small: Start, tmp_path: Path
) -> None:
    project = _copy(updated, tmp_path)
    (project / "scratch.txt").unlink()

    follow(project, "It went wrong: back to your last commit", 1).check_returncode()

    assert files(project) == files(started_small(NEXT))
    assert f"_commit: {NEXT}" in (project / ANSWERS).read_text()


def test_a_downgrade_is_refused(updated: Path, tmp_path: Path) -> None:
    project = _copy(updated, tmp_path)
    (project / "scratch.txt").unlink()

    refused = update(project, "--vcs-ref", NEXT)

    assert refused.returncode == 1
    assert "You are downgrading" in refused.stderr
    assert git("status", "--short", cwd=project) == ""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_update_is_taken_back(started_small: Start, how: signal.Signals) -> None:
    project = started_small(NEXT)
    before, kept = files(project), secrets(project)

    _interrupt(project, how)
    refused = update(project)
    follow(project, "It went wrong: back to your last commit").check_returncode()

    assert "Destination repository is dirty" in refused.stderr
    assert git("status", "--short", cwd=project) == ""
    assert (files(project), secrets(project)) == (before, kept)


def _interrupt(project: Path, how: signal.Signals) -> None:
    command = ["copier", "update", "--quiet", "--defaults"]
    process = subprocess.Popen(
        command,
        cwd=project,
        env=ENVIRONMENT,
        stderr=subprocess.DEVNULL,
        # A test run in the background ignores Ctrl-C, and its children would as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + DEADLINE_S
    # Without a lock of the index: a Git of the update that finds one ends the update.
    while not git("--no-optional-locks", "status", "--short", cwd=project):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait(DEADLINE_S) != 0


@pytest.mark.slow
def test_an_update_across_a_migration_asks_for_trust_and_changes_nothing(started: Start) -> None:
    project = started(OLDEST)

    refused = update(project)

    assert refused.returncode == 4
    assert "Template uses potentially unsafe feature: migrations." in refused.stderr
    assert "--trust" in refused.stderr
    assert git("status", "--short", cwd=project) == ""


def test_a_template_that_has_moved_is_found_again(
    started_small: Start, small_template: Path
) -> None:
    project = started_small(NEXT)
    replace(
        project / ANSWERS, f"_src_path: {small_template}\n", f"_src_path: {small_template}-gone\n"
    )
    commit(project)

    lost = update(project)
    follow(project, "The template cannot be found", NEW_URL=str(small_template)).check_returncode()
    found = attempt(["copier", "check-update", "--quiet"], project)

    assert lost.returncode == 1
    assert "Local template must be a directory" in lost.stderr
    # Two says that there is something newer.
    assert found.returncode == 2, found.stderr
    assert git("status", "--short", cwd=project) == ""


@pytest.mark.parametrize("committed", [True, False])
def test_missing_answers_come_back_as_they_were_last(started_small: Start, committed: bool) -> None:
    project = started_small(NEXT)
    replace(project / ANSWERS, "\nci: github\n", "\nci: none\n")
    commit(project)
    before = files(project)
    (project / ANSWERS).unlink()
    if committed:
        commit(project)

    lost = update(project)
    follow(project, "Template not found").check_returncode()

    assert "Template not found" in lost.stderr
    assert files(project) == before


def test_missing_answers_are_written_anew_where_the_history_has_none(
    started_small: Start, small_template: Path
) -> None:
    project = started_small(NEXT)
    replace(project / "README.md", "# Acme Analytics\n", "# Ours\n")
    before, kept = files(project), secrets(project)
    shutil.rmtree(project / ".git")
    git("init", "--quiet", cwd=project)
    (project / ANSWERS).unlink()
    commit(project)

    follow(
        project, "Template not found", 1, VERSION=NEXT, URL=str(small_template)
    ).check_returncode()

    assert files(project) == before
    assert secrets(project) == kept
    assert f"_commit: {NEXT}\n_src_path: {small_template}\n" in (project / ANSWERS).read_text()


@pytest.mark.slow
def test_an_answer_that_is_refused_now_is_given_anew(started_small: Start) -> None:
    project = started_small(STRICTER, **REFUSED)

    refused = update(project, "--trust")
    untouched = git("status", "--short", cwd=project)
    chapter = "Validation error for question"
    follow(project, chapter, QUESTION="project_slug", ANSWER="rich-app").check_returncode()

    assert refused.returncode == 1
    assert "Validation error for question 'project_slug': rich is a package" in refused.stderr
    assert untouched == ""
    assert "\nproject_slug: rich-app\n" in (project / ANSWERS).read_text()
    assert 'name = "rich-app"\n' in (project / "pyproject.toml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("answer", [{"package_name": "rich"}, {"author_name": "Ada "}], ids=str)
def test_no_other_answer_takes_the_place_of_one_that_is_refused_now(
    started_small: Start, answer: dict[str, str]
) -> None:
    project = started_small(STRICTER, **answer)

    refused = update(project, "--trust")

    assert refused.returncode == 1
    assert f"Validation error for question '{next(iter(answer))}'" in refused.stderr
    assert git("status", "--short", cwd=project) == ""


def test_a_version_that_the_template_has_no_more_is_replaced(started_small: Start) -> None:
    project = started_small(NEXT)
    replace(project / ANSWERS, f"_commit: {NEXT}\n", f"_commit: {NEXT}-1-gabcdef0\n")
    commit(project)

    lost = update(project)
    follow(project, "Unknown revision", VERSION=NEXT).check_returncode()

    assert "Unknown revision" in lost.stderr
    assert files(project) == files(started_small(NEXT))
    assert git("status", "--short", cwd=project) == ""


@pytest.mark.parametrize("concluded", [True, False])
def test_answers_that_two_branches_wrote_are_those_of_the_newer(
    started_small: Start, concluded: bool
) -> None:
    project = _merge_two_updates(started_small(NEXT))
    if concluded:
        commit(project)

    unread = update(project)
    follow(project, "ScannerError", BRANCH="newer").check_returncode()

    assert "ScannerError" in unread.stderr
    assert f"\n_commit: {LATER}\n" in (project / ANSWERS).read_text()
    assert git("status", "--short", cwd=project) == ""


def _merge_two_updates(project: Path) -> Path:
    for branch, version in (("newer", LATER), ("older", "1000.0.1")):
        git("checkout", "--quiet", "-b", branch, cwd=project)
        replace(project / ANSWERS, f"_commit: {NEXT}\n", f"_commit: {version}\n")
        commit(project)
        git("checkout", "--quiet", "-", cwd=project)
    git("merge", "--quiet", "newer", cwd=project)
    assert attempt(["git", "merge", "--quiet", "older"], project).returncode == 1
    return project


@pytest.mark.slow
def test_a_conflict_is_seen_by_who_lists_no_untracked_files(started_small: Start) -> None:
    project, ours = started_small(NEXT), "# For our assistants"
    replace(project / "AGENTS.md", LATER_LINE[0], ours)
    commit(project)
    git("config", "status.showUntrackedFiles", "no", cwd=project)
    hidden = _copy(project, project.parent / "hidden")

    update(hidden)
    follow(project, "Where both changed the same lines", 2).check_returncode()
    update(project)

    assert f"+{ours}\n" in (hidden / "AGENTS.md.rej").read_text()
    assert conflicts(project) == ["AGENTS.md"]


@pytest.mark.slow
def test_what_is_not_utf_8_is_dropped_as_the_page_says(started_small: Start) -> None:
    project, page = started_small(NEXT), "src/acme_analytics/dashboard/templates/dashboard.html"
    (project / MARK).write_bytes(b"\x00binary")
    (project / page).write_bytes((project / page).read_bytes() + b"<!-- caf\xe9 -->\n")
    (project / "own.bin").write_bytes(b"\x00\xe9")
    commit(project)

    update(project).check_returncode()
    changed = git("diff", "HEAD", "--stat=200", cwd=project)

    assert MARK in changed and page in changed
    assert (project / MARK).read_text().startswith("<svg")
    assert (project / page).read_text().endswith("<!-- caf -->\n")
    assert (project / "own.bin").read_bytes() == b"\x00\xe9"
