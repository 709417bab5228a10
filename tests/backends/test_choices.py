"""The other questions: every pair of answers is seen in some project, each in another backend."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..product import installed, stack
from ..rendering import choices, questions
from .test_suites import SUITES

Result = subprocess.CompletedProcess[str]
# The one whose isolation is proven: it has another starter and another kind of tenant.
ISOLATED = ("flask-user-empty", "isolation")
# With the default answers, which every backend is tested with, these hold every pair.
CHOICES: dict[str, dict[str, str]] = {
    "fastapi-user-none-empty": {
        "backend": "fastapi",
        "tenancy": "user",
        "frontend": "none",
        "starter": "empty",
        "ci": "none",
    },
    "flask-user-empty": {
        "backend": "flask",
        "tenancy": "user",
        "starter": "empty",
        "rate_limit_by": "tenant",
    },
    "django-user-none": {
        "backend": "django",
        "tenancy": "user",
        "frontend": "none",
        "rate_limit_by": "tenant",
    },
    "litestar-none-empty": {
        "backend": "litestar",
        "frontend": "none",
        "starter": "empty",
        "ci": "none",
    },
    "flask-tenant": {"backend": "flask", "rate_limit_by": "tenant", "ci": "none"},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Result]:
    """Run every check of every project, two projects at a time: their tests mostly wait."""
    folder = tmp_path_factory.mktemp("chosen")
    projects = [(name, installed(folder / name, **row)) for name, row in CHOICES.items()]
    with ThreadPoolExecutor(2) as pool:
        checked = pool.map(lambda pair: _checked(*pair), projects)
    return {key: result for found in checked for key, result in found.items()}


def test_every_pair_of_answers_is_seen() -> None:
    names = [name for name, body in questions().items() if "choices" in body and name != "backend"]
    default = {name: str(questions()[name]["default"]) for name in names}
    seen = {pair for row in ({}, *CHOICES.values()) for pair in _pairs(default | row, names)}

    wanted = {
        ((first, one), (second, other))
        for first, second in itertools.combinations(names, 2)
        for one in choices(first)
        for other in choices(second)
    }

    assert not wanted - seen
    assert {row["backend"] for row in CHOICES.values()} == set(choices("backend"))


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name", CHOICES)
def test_a_project_of_these_answers_passes_its_own_checks(
    results: dict[tuple[str, str], Result], name: str, suite: str
) -> None:
    print(results[name, suite].stdout)
    assert results[name, suite].returncode == 0


def test_no_endpoint_shows_rows_of_another_user(results: dict[tuple[str, str], Result]) -> None:
    print(results[ISOLATED].stdout)
    assert results[ISOLATED].returncode == 0


def _pairs(row: dict[str, str], names: list[str]) -> Iterator[tuple[object, object]]:
    return itertools.combinations([(name, row[name]) for name in names], 2)


def _checked(name: str, project: Path) -> dict[tuple[str, str], Result]:
    proof = {"isolation": ("pytest", "tests/test_isolation.py")} if name == ISOLATED[0] else {}
    return {(name, suite): _run(project, command) for suite, command in (SUITES | proof).items()}


def _run(project: Path, command: tuple[str, ...]) -> Result:
    return subprocess.run(
        ["uv", "run", "--quiet", "--no-active", *command],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
