"""Suites that are run: one for every backend, and one for every value of every other question.

That the values also fit each other, each pair of them, is what tests/matrix looks at.
"""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..product import installed, stack
from ..rendering import choices, questions

Result = subprocess.CompletedProcess[str]
SUITES = {
    "lint": ("poe", "lint"),
    "test": ("pytest", "src", "tests", "--ignore", "tests/test_isolation.py"),
}
ISOLATION = ("pytest", "tests/test_isolation.py")

# What is run beside the default render, which runs the whole of `poe test` in test_generated.py.
CHOSEN: dict[str, dict[str, str]] = {
    "django": {"backend": "django"},
    "litestar": {"backend": "litestar"},
    "flask-user-empty": {
        "backend": "flask",
        "tenancy": "user",
        "starter": "empty",
        "rate_limit_by": "tenant",
        "ci": "none",
    },
    "django-none": {"backend": "django", "frontend": "none", "tenancy": "user"},
}
# The one whose isolation is proven too: it has another starter and another kind of tenant.
ISOLATED = "flask-user-empty"
CHECKS = [(name, suite) for name in CHOSEN for suite in SUITES] + [(ISOLATED, "isolation")]


@pytest.fixture(scope="module")
def results(
    projects: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Result]:
    """Run every check of every project, two projects at a time: their tests mostly wait."""
    folder = tmp_path_factory.mktemp("chosen")
    there = [
        (name, projects[name] if name in projects else installed(folder / name, **row))
        for name, row in CHOSEN.items()
    ]
    with ThreadPoolExecutor(2) as pool:
        checked = pool.map(lambda pair: _checked(*pair), there)
    return {key: result for found in checked for key, result in found.items()}


def test_every_value_of_every_question_is_in_a_suite_that_is_run() -> None:
    asked = {name: body for name, body in questions().items() if "choices" in body}
    default = {name: str(body["default"]) for name, body in asked.items()}
    run = [default, *(default | row for row in CHOSEN.values())]

    for name in asked:
        assert {row[name] for row in run} == set(choices(name)), name


@pytest.mark.parametrize(("name", "suite"), CHECKS)
def test_a_project_passes_its_own_checks(
    results: dict[tuple[str, str], Result], name: str, suite: str
) -> None:
    print(results[name, suite].stdout)
    assert results[name, suite].returncode == 0


def _checked(name: str, project: Path) -> dict[tuple[str, str], Result]:
    suites = SUITES | ({"isolation": ISOLATION} if name == ISOLATED else {})
    return {(name, suite): _run(project, command) for suite, command in suites.items()}


def _run(project: Path, command: tuple[str, ...]) -> Result:
    return subprocess.run(
        ["uv", "run", "--quiet", "--no-active", *command],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
