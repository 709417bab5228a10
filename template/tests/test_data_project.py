"""The data project under the official CLI, on the local Tinybird."""

from __future__ import annotations

import json
import os
import subprocess

from roost.testing.stack import DEVSTACK, ROOT, Stack


def test_every_case_of_the_data_project_passes(stack: Stack) -> None:
    result = _tb(stack, "test", "run")

    assert result.returncode == 0, result.stdout


def test_building_again_changes_nothing(stack: Stack) -> None:
    result = _tb(stack, "build")

    assert result.returncode == 0, result.stdout
    assert "No changes" in result.stdout


def test_the_apps_list_of_endpoints_is_that_of_the_data_project() -> None:
    result = subprocess.run(
        [*DEVSTACK, "endpoints"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (listed,) = (ROOT / "src").glob("*/endpoints.json")

    assert json.loads(listed.read_text()) == json.loads(result.stdout), (
        "the data project changed: run `uv run poe endpoints`"
    )


def _tb(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEVSTACK, "tb", "--local", *arguments],
        cwd=ROOT,
        env=os.environ | stack.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
