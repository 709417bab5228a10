"""A project's lint, and so its continuous integration, fails on what an update leaves behind."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from .project import git

# The installed project is that group's.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("test_generated.py")]

MARKERS = "<<<<<<< before updating\nours\n=======\ntheirs\n>>>>>>> after updating\n"


@pytest.fixture(params=["tracked", "untracked", "without git"])
def folder(request: pytest.FixtureRequest, project: Path, tmp_path: Path) -> Path:
    """Lay a project's settings beside one file, in the three states that a file can be in."""
    shutil.copy(project / "pyproject.toml", tmp_path)
    shutil.copy(project / ".gitignore", tmp_path)
    (tmp_path / "page.html").write_text("<p>whole</p>\n")
    if request.param != "without git":
        git("init", "--quiet", cwd=tmp_path)
    if request.param == "tracked":
        git("add", "--all", cwd=tmp_path)
    return tmp_path


def test_a_whole_project_passes(folder: Path, project: Path) -> None:
    assert _check(folder, project) == (0, "")


def test_a_marker_is_named_with_its_line(folder: Path, project: Path) -> None:
    (folder / "page.html").write_text(f"<p>whole</p>\n{MARKERS}")

    code, said = _check(folder, project)

    assert code == 1
    assert said.splitlines() == [
        "page.html:2:<<<<<<< before updating",
        "page.html:6:>>>>>>> after updating",
    ]


def test_a_rejected_change_is_named(folder: Path, project: Path) -> None:
    (folder / "page.html.rej").write_text("@@ -1 +1 @@\n")

    code, said = _check(folder, project)

    assert (code, said) == (1, "page.html.rej:1\n")


def test_what_git_ignores_is_not_searched(folder: Path, project: Path) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv" / "module.py").write_text(MARKERS)

    assert _check(folder, project) == (0, "")


def test_the_check_is_a_part_of_the_lint(project: Path) -> None:
    tasks = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]

    assert {"ref": "conflicts"} in tasks["lint"]["sequence"]


def _check(folder: Path, project: Path) -> tuple[int, str]:
    command = [project / ".venv" / "bin" / "poe", "--quiet", "-C", folder, "conflicts"]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode, result.stdout
