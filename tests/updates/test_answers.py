"""An answer that changes later: what came of it, and what Copier says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..rendering import complete
from .conftest import Start
from .document import follow
from .project import commit, conflicts, files, git, install, lint, pass_checks, secrets, update
from .releases import LATER, LATER_LINE, NEXT

POLICY = "src/acme_analytics/policy.py"
# A file that Django's projects alone have.
OWNED = "src/acme_analytics/views.py"
STATIC = "src/acme_analytics/dashboard/static"
CURRENT = ("--vcs-ref", ":current:")
# What is typed: names, and what stands in `.env`, which an update leaves to its owner.
TYPED = {
    "project_name": "Insight Box",
    "project_slug": "insight-box",
    "description": "Numbers for everybody.",
    "author_name": "Zoë",
    "author_email": "zoe@example.org",
    "tinybird_api_url": "https://api.us-west-2.aws.tinybird.co",
    "rate_limit_rps": "20",
}
OLD, NEW = "acme_analytics", "insights"


@pytest.mark.slow
def test_another_backend_works_and_git_names_and_has_what_went(started_small: Start) -> None:
    project = started_small(NEXT, backend="django")
    edited = (project / OWNED).read_text() + "# ours\n"
    (project / OWNED).write_text(edited)
    commit(project)

    result = follow(project, "Change an answer")
    removed = follow(project, "Change an answer", 1).stdout.splitlines()

    assert result.returncode == 0, result.stderr
    assert "backend was django, is flask" in result.stderr
    assert "src/acme_analytics/app.py was replaced." in result.stderr
    assert "settings.py, urls.py, views.py, wsgi.py and manage.py were removed." in result.stderr
    assert files(project) == files(started_small(NEXT, backend="flask"))
    assert OWNED in removed
    assert follow(project, "Change an answer", 2, FILE=OWNED).stdout == edited
    assert (project / OWNED).read_text() == edited
    (project / OWNED).unlink()
    install(complete(project))
    pass_checks(project)


def test_what_goes_with_django_and_what_comes_with_github_is_said(started_small: Start) -> None:
    project = started_small(NEXT, backend="django", ci="none")

    result = update(project, *CURRENT, "-dbackend=fastapi", "-dci=github")

    assert result.returncode == 0, result.stderr
    assert "wsgi.py and manage.py were removed." in result.stderr
    assert "ci was none, is github:\n    Its files came." in result.stderr
    assert files(project) == files(started_small(NEXT))


@pytest.mark.slow
def test_everything_else_changes_at_once_and_the_policy_is_left_to_its_owner(
    started_small: Start,
) -> None:
    answers = {
        "starter": "empty",
        "tenancy": "user",
        "frontend": "none",
        "local_tinybird": "docker",
        "ci": "none",
    }
    project, fresh = started_small(NEXT), started_small(NEXT, **answers)
    policy, kept = (project / POLICY).read_bytes(), secrets(project)

    result = update(project, *CURRENT, *(f"-d{name}={value}" for name, value in answers.items()))

    assert result.returncode == 0, result.stderr
    for line in (
        "starter was product_analytics, is empty",
        "tenancy was organization, is user",
        "frontend was dashboard, is none",
        "local_tinybird was embedded, is docker",
        "ci was github, is none",
    ):
        assert line in result.stderr
    assert conflicts(project) == []
    assert files(project) == {**files(fresh), POLICY: policy}
    assert secrets(project) == kept
    install(complete(project))
    assert f"{POLICY}:17 POLICY01" in lint(project).stdout
    (project / POLICY).write_bytes((fresh / POLICY).read_bytes())
    pass_checks(project)


@pytest.mark.slow
def test_the_page_changes_to_react_and_back_and_the_owners_edits_outlive_it(
    started_small: Start,
) -> None:
    project = started_small(NEXT)
    specs, colours = f"{STATIC}/charts/top_events.json", f"{STATIC}/css/tokens.css"
    mine = {name: (project / name).read_bytes() + b"\n" for name in (specs, colours)}
    for name, text in mine.items():
        (project / name).write_bytes(text)
    commit(project)

    there = update(project, *CURRENT, "-dfrontend=react")
    then = files(project)
    commit(project)
    back = update(project, *CURRENT, "-dfrontend=dashboard")

    assert "frontend was dashboard, is react:\n    frontend/ came" in there.stderr
    assert "the charts' specs, the colours and the mark stayed" in there.stderr
    assert then == files(started_small(NEXT, frontend="react")) | mine
    assert "frontend was react, is dashboard:\n    frontend/ was removed" in back.stderr
    assert files(project) == files(started_small(NEXT)) | mine
    assert conflicts(project) == []


@pytest.mark.slow
def test_an_api_alone_gets_a_page_in_react_and_loses_it_again(started_small: Start) -> None:
    project = started_small(NEXT, frontend="none")

    there = update(project, *CURRENT, "-dfrontend=react")
    then = files(project)
    commit(project)
    back = update(project, *CURRENT, "-dfrontend=none")

    assert "src/acme_analytics/dashboard/ came." in there.stderr
    assert then == files(started_small(NEXT, frontend="react"))
    assert "src/acme_analytics/dashboard/ was removed." in back.stderr
    assert files(project) == files(started_small(NEXT, frontend="none"))


@pytest.mark.slow
def test_who_mints_changes_and_changes_back(started_small: Start, tmp_path: Path) -> None:
    project, fresh = started_small(NEXT), started_small(NEXT, token_minting="clerk_template")
    kept = secrets(project)

    there = update(project, *CURRENT, "-dtoken_minting=clerk_template")
    then = files(project)
    commit(project)
    whole = complete(shutil.copytree(project, tmp_path / "whole", symlinks=True))
    install(whole)
    linted = lint(whole)
    back = update(project, *CURRENT, "-dtoken_minting=backend")

    assert "token_minting was backend, is clerk_template" in there.stderr
    assert "`uv run poe clerk-template write`, then `push`" in there.stderr
    assert then == files(fresh)
    assert linted.returncode == 0, linted.stdout
    assert "token_minting was clerk_template, is backend" in back.stderr
    assert "clerk/ was removed." in back.stderr
    assert files(project) == files(started_small(NEXT))
    assert not (project / "clerk").exists()
    assert secrets(project) == kept


def test_what_was_typed_changes_and_the_environment_is_left_to_its_owner(
    started_small: Start,
) -> None:
    # The package's name would follow from the new slug.
    project, fresh = started_small(NEXT), started_small(NEXT, package_name=OLD, **TYPED)
    kept = secrets(project)

    result = update(project, *CURRENT, *(f"-d{name}={value}" for name, value in TYPED.items()))

    assert result.returncode == 0, result.stderr
    assert files(project) == files(fresh)
    assert secrets(project) == kept


@pytest.mark.slow
def test_another_package_name_is_refused_before_anything_is_written(started_small: Start) -> None:
    project = started_small(NEXT)

    refused = update(project, *CURRENT, f"-dpackage_name={NEW}")

    assert refused.returncode == 1
    assert f"This project's package is called {OLD}" in refused.stderr
    assert "docs/updating.md renames a package" in refused.stderr
    assert git("status", "--short", cwd=project) == ""


def test_a_package_is_renamed_with_its_edits_and_updated_afterwards(started_small: Start) -> None:
    project, fresh = started_small(NEXT), started_small(NEXT, package_name=NEW)
    policy = (project / POLICY).read_text() + "# ours\n"
    (project / POLICY).write_text(policy)
    commit(project)

    follow(project, "Rename the package", OLD=OLD, NEW=NEW).check_returncode()
    renamed = files(project)
    result = update(project, "--vcs-ref", LATER)

    assert renamed == {**files(fresh), POLICY.replace(OLD, NEW): policy.encode()}
    assert result.returncode == 0, result.stderr
    assert conflicts(project) == []
    assert LATER_LINE[1] in (project / "AGENTS.md").read_text()
    assert (project / POLICY.replace(OLD, NEW)).read_text() == policy
    assert not (project / "src" / OLD).exists()
