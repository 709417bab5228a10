"""The README's first command, as a reader types it who has this clone and uv."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from .clones import clone_of_checkout, git, named_environment
from .rendering import REPOSITORY

pytestmark = pytest.mark.slow


def test_the_first_command_renders_a_project_that_knows_where_its_updates_are(
    tmp_path: Path,
) -> None:
    clone = clone_of_checkout(tmp_path / "roost")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "As it is")
    git(clone, "tag", "v1000.0.0")
    readme = (REPOSITORY / "README.md").read_text()
    (commands,) = re.findall(r"## Start a product\n.*?```sh\n(.*?)```", readme, re.DOTALL)
    assert commands.endswith("\nmake dev\n")

    # Nobody is there to answer its questions, and another test runs what comes up.
    typed = commands.replace("copier copy", "copier copy --defaults")
    subprocess.run(
        ["bash", "-euc", typed.replace("make dev", "make --dry-run dev")],
        cwd=clone,
        env=named_environment(),
        check=True,
    )

    project = tmp_path / "my-product"
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert answers["_src_path"] == str(clone)
    assert answers["_commit"] == "v1000.0.0"
    assert tomllib.loads((project / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]["dev"]
