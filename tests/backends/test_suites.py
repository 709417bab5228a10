"""Suites that are run: one for every backend, and one for every value of every other question.

That the values also fit each other, each pair of them, is what tests/matrix looks at.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ..product import installed, stack
from ..rendering import REPOSITORY, choices, questions

SUITES = (
    ("poe", "lint"),
    ("pytest", "src", "tests", "--ignore", "tests/test_isolation.py"),
)
STAND_IN = REPOSITORY / "tests" / "stand_in"
ISOLATION = ("pytest", "tests/test_isolation.py")

# What is run beside the default render, which runs the whole of `poe test` in test_generated.py.
CHOSEN: dict[str, dict[str, str]] = {
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
    "django-none": {
        "backend": "django",
        "frontend": "none",
        "tenancy": "user",
        "ci": "gitlab",
    },
}
# The one whose isolation is proven too: it has another starter and another kind of tenant.
ISOLATED = "flask-user-empty"


def test_every_value_of_every_question_is_in_a_suite_that_is_run() -> None:
    asked = {name: body for name, body in questions().items() if "choices" in body}
    default = {name: str(body["default"]) for name, body in asked.items()}
    run = [default, *(default | row for row in CHOSEN.values())]

    for name in asked:
        assert {row[name] for row in run} == set(choices(name)), name


@pytest.mark.parametrize("name", CHOSEN)
def test_a_project_passes_its_own_checks(name: str, tmp_path: Path) -> None:
    project = installed(tmp_path / "project", **CHOSEN[name])

    for command in (*SUITES, *([ISOLATION] if name == ISOLATED else [])):
        _run(project, command)


def _run(project: Path, command: tuple[str, ...]) -> None:
    result = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", *command],
        cwd=project,
        # Where Tinybird is a container, the embedded server stands in for it.
        env=stack.clean_environment() | {"PATH": f"{STAND_IN}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(result.stdout)
    assert result.returncode == 0, command
