"""The second half of the proof: what another tenant sends through the app of a project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .datafiles import EVENTS, PIPE, written

APP = Path(__file__).parent / "small_app.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with an app, whose command of `[tool.devstack]` reloads it."""
    return written(
        tmp_path,
        {
            "tinybird/datasources/events.datasource": EVENTS,
            "tinybird/endpoints/hits.pipe": PIPE,
            "pyproject.toml": pyproject("sound"),
        },
    )


def pyproject(mode: str) -> str:
    return f"""[tool.devstack]
tinybird = "tinybird"
catalog = "endpoints.json"
prepare = "true"
seed = "true"
app = "{sys.executable} {APP} {mode} --reload"
policy = "true"
"""


def proven(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "devstack", "prove", "--part", "events", "--examples", "6"]
    return subprocess.run([*command, "--seed", "one"], cwd=folder, capture_output=True, text=True)


def test_an_app_that_stamps_each_row_is_proven(folder: Path) -> None:
    result = proven(folder)

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Nothing that another tenant sends changes an answer: ")
    assert result.stdout.endswith(" beside 3 databases (seed one).\n")


def test_an_app_that_lets_a_row_name_its_tenant_is_reported_with_the_body(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(pyproject("obedient"))

    result = proven(folder)

    assert result.returncode == 1, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "What another tenant sends changes answers."
    assert lines[2] == "endpoint    hits"
    assert lines[3] == 'read by     a token that fixes {"tenant_id": "org_local_acme"}'
    assert any(line.startswith("sent by another tenant, as application/") for line in lines)


def test_an_app_that_takes_no_events_proves_nothing(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(pyproject("deaf"))

    result = proven(folder)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "The app answered POST /api/events with 404, neither 202 nor 400: {}\n"
    )


def test_an_app_that_does_not_start_is_named_by_its_code(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(pyproject("unknown"))

    result = proven(folder)

    assert (result.returncode, result.stdout) == (1, "")
    assert "AssertionError" in result.stderr
    assert result.stderr.endswith("The app ended with code 1.\n")
