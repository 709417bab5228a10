"""What the documents name exists; those of every render are in tests/matrix."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from .rendering import REPOSITORY, answered, question_names


@pytest.mark.parametrize("frontend", ["dashboard", "react"])
def test_the_readme_of_a_render_lists_every_task(
    answering: Path, tmp_path: Path, frontend: str
) -> None:
    project = answered(answering, tmp_path / "project", {"frontend": frontend})
    tasks = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]
    table = re.search(r"## Tasks\n(.*?)\n## ", (project / "README.md").read_text(), re.S)

    assert table is not None
    listed = {
        name
        for row in re.findall(r"(?m)^\| (`.*?) \|", table[1])
        for name in re.findall(r"`([a-z-]+)`", row)
    }
    assert listed == tasks.keys()


def test_every_make_target_that_the_readme_names_exists() -> None:
    # It also says what to do in a rendered project.
    makefiles = (REPOSITORY / "Makefile", REPOSITORY / "template" / "Makefile")
    targets = {t for m in makefiles for t in re.findall(r"(?m)^([a-z-]+):", m.read_text())}

    assert set(re.findall(r"make ([a-z-]+)", (REPOSITORY / "README.md").read_text())) <= targets


def test_the_readme_lists_every_question() -> None:
    listed = set(re.findall(r"`([a-z_]+)`", (REPOSITORY / "README.md").read_text()))

    assert question_names() <= listed


def test_every_test_that_the_page_on_security_names_exists() -> None:
    page = (REPOSITORY / "docs" / "security.md").read_text()

    for name in re.findall(r"`((?:tests|template)/[^`]*)`", page):
        assert (REPOSITORY / name).exists(), name


def test_every_file_that_the_readme_of_a_render_names_exists(default_render: Path) -> None:
    text = (default_render / "README.md").read_text()

    for name in re.findall(r"`((?:src|tinybird|devstack)/[^`*]*)`", text):
        assert "NAME" in name or ".venv" in name or (default_render / name).exists(), name


def test_both_readmes_of_a_render_name_every_page_of_the_library(default_render: Path) -> None:
    library = default_render / "vendor" / "roost"
    pages = {path.name for path in (library / "docs").iterdir()}
    of_library, of_project = (
        (folder / "README.md").read_text() for folder in (library, default_render)
    )

    assert pages == set(re.findall(r"\(docs/([\w-]+\.md)\)", of_library))
    (row,) = re.findall(r"(?m)^\| the page, .*\n(\|.*vendor/roost/docs/.*)$", of_project)
    assert pages - {"dashboard.md"} == set(re.findall(r"([\w-]+\.md)`", row))
