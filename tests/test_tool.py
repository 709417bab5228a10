"""What the devstack brings for other people's pipelines is what its linters take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .rendering import REPOSITORY

TOOL = REPOSITORY / "tool"
SCHEMA = ("check-jsonschema", "--builtin-schema")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        ((*SCHEMA, "vendor.github-actions"), "action.yml"),
        (("zizmor", "--offline", "--quiet"), "action.yml"),
        ((*SCHEMA, "vendor.gitlab-ci", "--data-transform", "gitlab-ci"), "gitlab.yml"),
        (("hadolint",), "Dockerfile"),
    ],
    ids=["action", "zizmor", "gitlab", "hadolint"],
)
def test_the_linters_have_nothing_to_say(words: tuple[str, ...], file: str) -> None:
    tool, *options = words
    command = [str(Path(sys.executable).with_name(tool)), *options, str(TOOL / file)]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_short() -> None:
    assert len((TOOL / "Dockerfile").read_text().splitlines()) < 30


def test_what_stands_in_the_readme_is_in_the_files() -> None:
    readme = (REPOSITORY / "template" / "devstack" / "README.md").read_text()

    for name in ("action.yml", "gitlab.yml", "Dockerfile"):
        assert f"`tool/{name}`" in readme
