"""The starters' files arrive as they are, and the classic CLI takes them, FORWARD_QUERY aside.

That the devstack's `tinybird` builds them is seen by every suite that is run (tests/backends).
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ..rendering import REPOSITORY, choices
from .rendered import Render

CLASSIC = Path(__file__).with_name("tinybird_cli")
STARTERS = REPOSITORY / "tinybird"


def test_the_datafiles_of_every_render_are_those_of_its_starter(renders: list[Render]) -> None:
    for render in renders:
        starter = STARTERS / render.answers["starter"]

        assert _contents(render.folder / "tinybird") == _contents(starter)


@pytest.mark.parametrize("starter", choices("starter"))
def test_the_classic_cli_takes_a_starter(tmp_path: Path, starter: str) -> None:
    project = shutil.copytree(STARTERS / starter, tmp_path / starter)
    for path in project.glob("datasources/*.datasource"):
        # How an older table is carried over is said to Forward alone, and comes last in a file.
        path.write_text(path.read_text().partition("\n# Keeps the ")[0])

    done = _check(project)

    assert done.returncode == 0, done.stdout
    assert _datafiles(project)
    for file in _datafiles(project):
        assert f"{file} processed correctly" in done.stdout


def test_the_classic_cli_refuses_a_broken_datafile(tmp_path: Path) -> None:
    (tmp_path / "broken.datasource").write_text("SCHEMA >\n    `a` Strin g,,\nENGINE Merge Tree\n")

    done = _check(tmp_path)

    assert done.returncode != 0


def _check(project: Path) -> subprocess.CompletedProcess[str]:
    uv = ["uv", "run", "--quiet", "--locked", "--no-active", "--project", str(CLASSIC)]
    return subprocess.run(
        # Named one by one: by itself it looks into the folders of its own day alone.
        [*uv, "tb", "--no-version-warning", "check", *_datafiles(project)],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _datafiles(project: Path) -> list[str]:
    files = (path for path in project.rglob("*") if path.suffix in (".datasource", ".pipe"))
    return [str(path.relative_to(project)) for path in files]
