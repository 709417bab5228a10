"""The smoke path through pytest-copie, and the real command as a stranger types it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pytest_copie.plugin import Copie

from .rendering import REPOSITORY

pytestmark = pytest.mark.filterwarnings("ignore::copier.errors.DirtyLocalWarning")


def test_the_default_answers_give_a_project(copie: Copie) -> None:
    result = copie.copy()

    assert result.exit_code == 0, result.exception
    assert result.project_dir is not None
    assert (result.project_dir / "tinybird" / "datasources" / "events.datasource").is_file()


def test_the_command_needs_no_trust_and_writes_what_all_tests_look_at(
    tmp_path: Path, default_render: Path
) -> None:
    project = tmp_path / "project"
    command = ["copier", "copy", "--defaults", "--vcs-ref", "HEAD", str(REPOSITORY), str(project)]

    result = subprocess.run(command, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert (project / ".env").is_file()
    assert "make dev" in result.stderr
    assert "chmod 600 .env .env.local" in result.stderr
    assert _files(project) == _files(default_render)


def _files(project: Path) -> dict[str, tuple[int, bytes]]:
    paths = {str(path.relative_to(project)): path for path in project.rglob("*") if path.is_file()}
    found = {name: (path.stat().st_mode, path.read_bytes()) for name, path in paths.items()}
    # The local identity is drawn anew, and the answers name the template.
    mode, answers = found[".copier-answers.yml"]
    found[".copier-answers.yml"] = (mode, re.sub(rb"(?m)^(_commit|_src_path): .*$", b"", answers))
    return {name: each for name, each in found.items() if name != ".env.local"}
