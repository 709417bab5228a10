"""The tasks `endpoints` and `lint` of a project whose page is type-checked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..tinybird.tinybird_server import SAMPLE

PROJECT = """\
[tool.devstack]
tinybird = "tinybird"
catalog = "endpoints.json"
types = "frontend/endpoints.d.ts"
app = "true"
policy = "cat policy.json"
"""
POLICY = '{"file": "pyproject.toml", "grants": [], "public": []}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a page and no policy to speak of."""
    shutil.copytree(SAMPLE, tmp_path / "tinybird")
    (tmp_path / "frontend").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "policy.json").write_text(POLICY)
    return tmp_path


def test_the_types_are_written_with_the_list_of_endpoints(project: Path) -> None:
    _run(project, "endpoints", "--write")

    assert (project / "endpoints.json").is_file()
    assert "top_events: {" in (project / "frontend" / "endpoints.d.ts").read_text()


def test_the_lint_says_when_they_are_old(project: Path) -> None:
    old = _run(project, "lint")
    _run(project, "endpoints", "--write")
    fresh = _run(project, "lint")

    assert "frontend/endpoints.d.ts:1 LINT05 " in old.stdout
    assert old.returncode == 1
    assert "LINT05" not in fresh.stdout


def _run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "devstack", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)
