"""What `dev` and the tests of a project show where it does not build."""

from pathlib import Path

import pytest
from devstack.stack.build_problems import build_problems

HEAD = "» Git branch: main\n» Building project...\n"
END = "✗ Build failed\n"


@pytest.fixture
def data_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("endpoints/top.pipe", "datasources/events.datasource"):
        (tmp_path / "tinybird" / name).parent.mkdir(parents=True)
        (tmp_path / "tinybird" / name).touch()
    return tmp_path / "tinybird"


def test_each_problem_is_a_line_with_file_and_line(data_project: Path) -> None:
    printed = (
        f"{HEAD}endpoints/top.pipe\nline 12: there is no column `evnt`.\n\n"
        f"datasources/events.datasource\nSCHEMA is missing.\n{END}"
    )

    assert build_problems(printed, data_project) == (
        "tinybird/endpoints/top.pipe:12: there is no column `evnt`.\n"
        "tinybird/datasources/events.datasource: SCHEMA is missing."
    )


def test_all_is_shown_that_names_no_file(data_project: Path) -> None:
    printed = f"{HEAD}Deleting events deletes rows.\n{END}"

    assert build_problems(printed, data_project) == printed.strip()
