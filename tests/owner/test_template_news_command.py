"""`poe template-news` against a template with three releases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..rendering import REPOSITORY

SCRIPT = REPOSITORY / "template" / "ci" / "template_news.py"
WHO = {
    f"GIT_{role}_{what}": "someone@example.com"
    for role in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    _git(folder, "init", "--quiet")
    changelog = "# Changelog\n"
    for release in ("0.1.0", "0.2.0", "0.10.0"):
        changelog = changelog.replace("log\n", f"log\n\n## {release}\n\n- What {release} brings.\n")
        (folder / "CHANGELOG.md").write_text(changelog)
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", "-m", release)
        _git(folder, "tag", f"v{release}")
    return folder


def test_the_news_are_the_sections_since_the_projects_release(
    template: Path, tmp_path: Path
) -> None:
    result = _news(template, "v0.1.0", tmp_path, "--write", "news.md")

    assert result.returncode == 2
    assert result.stdout == (
        "The template's release 0.10.0 is out\n\n"
        "## 0.10.0\n\n- What 0.10.0 brings.\n\n"
        "## 0.2.0\n\n- What 0.2.0 brings.\n\n"
        "This project is at 0.1.0. Commit, then `uv run copier update`.\n"
    )
    assert (tmp_path / "news.md").read_text() == f"# {result.stdout}"


def test_without_a_newer_release_there_are_no_news(template: Path, tmp_path: Path) -> None:
    result = _news(template, "v0.10.0", tmp_path, "--write", "news.md")

    assert (result.returncode, result.stdout) == (0, "")
    assert not (tmp_path / "news.md").exists()


def test_a_template_that_cannot_be_reached_is_an_error(tmp_path: Path) -> None:
    result = _news(tmp_path / "nowhere", "v0.1.0", tmp_path)

    assert result.returncode == 1


def _news(
    template: Path, release: str, project: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    (project / ".copier-answers.yml").write_text(f"_commit: {release}\n_src_path: {template}\n")
    command = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(command, cwd=project, stdout=subprocess.PIPE, text=True)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=os.environ | WHO, check=True)
