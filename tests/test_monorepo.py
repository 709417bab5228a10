"""A project in a folder of somebody's repository, with the commands of docs/existing-app."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .product import stack
from .rendering import REPOSITORY

pytestmark = pytest.mark.slow

PAGE = REPOSITORY / "docs" / "existing-app" / "monorepo.md"


def test_a_project_starts_and_is_updated_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    template = _released_twice(tmp_path / "template")
    repository = tmp_path / "repository"
    repository.mkdir()
    _git(repository, "init", "--quiet", "--initial-branch", "main")
    copy, update = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)

    _run(repository, copy.replace("copier copy", "copier copy --vcs-ref v0.0.1"), template)
    project = repository / "apps" / "analytics"
    assert not (project / "docs" / "news.md").exists()
    _run(repository, update, template)

    assert (project / "docs" / "news.md").read_text() == "News.\n"
    changed = _git(repository, "status", "--porcelain").split()
    assert changed == [
        "M",
        "apps/analytics/.copier-answers.yml",
        "??",
        "apps/analytics/docs/news.md",
    ]


def _released_twice(template: Path) -> Path:
    # This checkout as v0.0.1, and with one more file as v0.0.2.
    _git(REPOSITORY, "clone", "--quiet", str(REPOSITORY), str(template))
    files = _git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, files.split("\0")):
        if (REPOSITORY / name).exists():
            (template / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, template / name)
        else:
            (template / name).unlink(missing_ok=True)
    _release(template, "v0.0.1")
    (template / "template" / "docs" / "news.md").write_text("News.\n")
    _release(template, "v0.0.2")
    return template


def _release(template: Path, tag: str) -> None:
    _git(template, "add", "--all")
    _git(template, "commit", "--quiet", "--allow-empty", "-m", tag)
    _git(template, "tag", tag)


def _run(folder: Path, script: str, template: Path) -> None:
    script = script.replace("gh:OWNER/roost", str(template))
    subprocess.run(["bash", "-euc", script], cwd=folder, env=_environment(), check=True)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=_environment(), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _environment() -> dict[str, str]:
    who = {"NAME": "someone", "EMAIL": "someone@example.com"}
    roles = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{role}_{what}": text for role in roles for what, text in who.items()}
    return stack.clean_environment() | names
