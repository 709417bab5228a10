"""What the devstack asks of a project that the template did not make."""

from __future__ import annotations

from pathlib import Path

import pytest
from devstack.stack.project import ProjectInvalid, read_project

TABLE = """
[tool.devstack]
tinybird = "data"
catalog = "endpoints.json"
policy = "app policy"
app = "serve"
"""


def test_a_project_needs_no_seed_no_assets_and_no_address(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE)

    project = read_project(tmp_path)

    assert project.tinybird == tmp_path / "data"
    assert (project.prepare, project.seed, project.ready) == ("", "", "/readyz")


def test_a_project_says_where_it_is_ready(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE + 'ready = "/analytics/readyz"\n')

    assert read_project(tmp_path).ready == "/analytics/readyz"


def test_a_key_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE.replace('app = "serve"', ""))

    with pytest.raises(ProjectInvalid, match="lacks 'app'"):
        read_project(tmp_path)
