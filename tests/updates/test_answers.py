"""An answer that changes later: what came of it, and what Copier says."""

from __future__ import annotations

import pytest

from .conftest import Start
from .document import follow
from .project import commit, conflicts, files, install, lint, pass_checks, secrets, update
from .releases import NEXT

POLICY = "src/acme_analytics/policy.py"
# A file that FastAPI's room alone has.
OWNED = "src/acme_analytics/web/dependencies.py"
CURRENT = ("--vcs-ref", ":current:")


@pytest.mark.slow
def test_another_backend_works_and_git_names_and_has_what_went(started: Start) -> None:
    project = started(NEXT)
    edited = (project / OWNED).read_text() + "# ours\n"
    (project / OWNED).write_text(edited)
    commit(project)

    result = follow(project, "Change an answer")
    removed = follow(project, "Change an answer", 1).stdout.splitlines()

    assert result.returncode == 0, result.stderr
    assert "backend was fastapi, is flask" in result.stderr
    assert "src/acme_analytics/web/ was replaced" in result.stderr
    assert files(project) == files(started(NEXT, backend="flask"))
    assert OWNED in removed
    assert follow(project, "Change an answer", 2, FILE=OWNED).stdout == edited
    assert (project / OWNED).read_text() == edited
    (project / OWNED).unlink()
    install(project)
    pass_checks(project)


@pytest.mark.slow
def test_everything_else_changes_at_once_and_the_policy_is_left_to_its_owner(
    started: Start,
) -> None:
    answers = {"starter": "empty", "tenancy": "user", "frontend": "none", "ci": "none"}
    project, fresh = started(NEXT), started(NEXT, **answers)
    policy, kept = (project / POLICY).read_bytes(), secrets(project)

    result = update(project, *CURRENT, *(f"-d{name}={value}" for name, value in answers.items()))

    assert result.returncode == 0, result.stderr
    for line in (
        "starter was product_analytics, is empty",
        "tenancy was organization, is user",
        "frontend was dashboard, is none",
        "ci was github, is none",
    ):
        assert line in result.stderr
    assert conflicts(project) == []
    assert files(project) == {**files(fresh), POLICY: policy}
    assert secrets(project) == kept
    install(project)
    assert f"{POLICY}:17 POLICY01" in lint(project).stdout
    (project / POLICY).write_bytes((fresh / POLICY).read_bytes())
    pass_checks(project)


@pytest.mark.slow
def test_who_mints_changes_and_changes_back(started: Start) -> None:
    project, fresh = started(NEXT), started(NEXT, token_minting="clerk_template")
    kept = secrets(project)

    there = update(project, *CURRENT, "-dtoken_minting=clerk_template")
    then = files(project)
    install(project)
    linted = lint(project)
    commit(project)
    back = update(project, *CURRENT, "-dtoken_minting=backend")

    assert "token_minting was backend, is clerk_template" in there.stderr
    assert "`uv run poe clerk-template write`, then `push`" in there.stderr
    assert then == files(fresh)
    assert linted.returncode == 0, linted.stdout
    assert "token_minting was clerk_template, is backend" in back.stderr
    assert "clerk/ and clerk_template/ were removed." in back.stderr
    assert files(project) == files(started(NEXT))
    assert not (project / "clerk").exists()
    assert secrets(project) == kept
