"""Suites that are run: for every backend, every value of every other question, and every Python.

That the values also fit each other, each pair of them, is what tests/matrix looks at. A Python that
this machine has not is named in the first lines of the run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ..interpreters import SUPPORTED, interpreter
from ..locks import lock_of
from ..matrix.combinations import TYPED
from ..product import CONTRACT, installed, stack, with_page
from ..rendering import REPOSITORY, choices, question_names, questions

SUITES = (
    ("poe", "lint"),
    ("poe", "typecheck"),
    ("pytest", "tests", "--ignore", "tests/test_isolation.py"),
)
STAND_IN = REPOSITORY / "tests" / "stand_in"
ISOLATION = ("pytest", "tests/test_isolation.py")

# What is run beside the default render, which runs the whole of `poe test` in test_generated.py.
CHOSEN: dict[str, dict[str, object]] = {
    "django": {"backend": "django"},
    "litestar": {
        "backend": "litestar",
        "token_minting": "clerk_template",
        "local_tinybird": "docker",
    },
    "flask-user-empty": {
        "backend": "flask",
        "tenancy": "user",
        "starter": "empty",
        "rate_limit_by": "tenant",
        "token_minting": "clerk_template",
        "ci": "none",
    },
    "flask-react": {"backend": "flask", "frontend": "react"},
    "django-none-typed": {
        "backend": "django",
        "frontend": "none",
        "tenancy": "user",
        "ci": "gitlab",
        **TYPED,
    },
}
# Django has a release for 3.11 and another for what is newer: both are run.
PYTHONS = {
    "django": "3.12",
    "litestar": "3.13",
    "flask-user-empty": "3.13",
    "flask-react": "3.12",
    "django-none-typed": "3.11",
}
DJANGO = r'(?s)\nname = "django"\nversion = "(\d+)[^]]*?resolution-markers = \[\s*"([^"]+)",?\s*\]'
# The one whose isolation is proven too: it has another starter and another kind of tenant.
ISOLATED = "flask-user-empty"
# One of each backend; the default one's is in test_generated.py.
CONTRACTS = ("django", "litestar", "flask-user-empty", "flask-react")
# Its own checks say what those of another Django say, with fewer answers.
NIGHTLY = "django"


def test_every_value_of_every_question_is_in_a_suite_that_is_run() -> None:
    default = {name: questions()[name]["default"] for name in question_names()}
    run = [default, *(default | row for row in CHOSEN.values())]

    for name in question_names():
        values = set(choices(name)) if "choices" in questions()[name] else {TYPED[name]}
        assert values <= {row[name] for row in run}, name


def test_every_python_runs_a_suite() -> None:
    assert set(PYTHONS.values()) == set(SUPPORTED)


def test_django_is_the_release_for_3_11_there_and_the_current_one_on_what_is_newer() -> None:
    found = re.findall(DJANGO, lock_of("django").read_text("utf-8"))

    assert [(int(major) >= 6, marker) for major, marker in found] == [
        (False, "python_full_version < '3.12'"),
        (True, "python_full_version >= '3.12'"),
    ]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] * (name == NIGHTLY)) for name in CHOSEN]
)
def test_a_project_passes_its_own_checks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = _installed(name, tmp_path, monkeypatch)

    for command in (*SUITES, *([ISOLATION] if name == ISOLATED else [])):
        _run(project, ["uv", "run", "--quiet", "--no-active", *command])
    if name in CONTRACTS and name != NIGHTLY:
        _run(project, CONTRACT)


def test_the_contract_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(_installed(NIGHTLY, tmp_path, monkeypatch), CONTRACT)


def _installed(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    python = interpreter(PYTHONS[name])
    monkeypatch.setenv("UV_PYTHON", str(python or sys.executable))
    project = installed(folder / "project", **CHOSEN[name])
    for environment in (project, project / "devstack"):
        library = environment / ".venv" / "lib" / f"python{PYTHONS[name]}"
        assert python is None or library.is_dir()
    return with_page(project) if CHOSEN[name].get("frontend") == "react" else project


def _run(project: Path, command: Sequence[str | Path]) -> None:
    result = subprocess.run(
        command,
        cwd=project,
        # Where Tinybird is a container, the embedded server stands in for it.
        env=stack.clean_environment() | {"PATH": f"{STAND_IN}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(result.stdout)
    assert result.returncode == 0, command
