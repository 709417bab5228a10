"""A project in a folder of somebody's repository, with the commands of docs/existing-app."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .clones import clone_of_checkout, git, named_environment
from .rendering import REPOSITORY

pytestmark = pytest.mark.slow

PAGE = REPOSITORY / "docs" / "existing-app" / "monorepo.md"


def test_a_project_starts_and_is_updated_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    template = _released_twice(tmp_path / "template")
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch", "main")
    copy, update = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)

    _run(repository, copy.replace("copier copy", "copier copy --vcs-ref v0.0.1"), template)
    project = repository / "apps" / "analytics"
    assert not (project / "docs" / "news.md").exists()
    _run(repository, update, template)

    assert (project / "docs" / "news.md").read_text() == "News.\n"
    changed = git(repository, "status", "--porcelain").split()
    assert changed == [
        "M",
        "apps/analytics/.copier-answers.yml",
        "??",
        "apps/analytics/docs/news.md",
    ]


def _released_twice(template: Path) -> Path:
    # This checkout as v0.0.1, and with one more file as v0.0.2.
    clone_of_checkout(template)
    _release(template, "v0.0.1")
    (template / "template" / "docs" / "news.md").write_text("News.\n")
    _release(template, "v0.0.2")
    return template


def _release(template: Path, tag: str) -> None:
    git(template, "add", "--all")
    git(template, "commit", "--quiet", "--allow-empty", "-m", tag)
    git(template, "tag", tag)


def _run(folder: Path, script: str, template: Path) -> None:
    script = script.replace("~/roost", str(template))
    subprocess.run(["bash", "-euc", script], cwd=folder, env=named_environment(), check=True)
