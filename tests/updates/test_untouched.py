"""A project that nobody has edited becomes what a fresh render is."""

from __future__ import annotations

import pytest

from ..turns import in_turn
from .before_library import moved_imports
from .conftest import Start
from .project import ANSWERS, conflicts, files, secrets, update
from .releases import LATER, NEWEST, NEXT, OLDEST, RELEASES, crosses_a_move

FEWEST_FILES = {"backend": "flask", "frontend": "none", "ci": "none"}
# From the release that offered it first, each other answer that decides about files.
ANSWERED: list[tuple[str, dict[str, str]]] = [
    ("0.2.0", FEWEST_FILES),
    ("0.2.0", {"backend": "django", "tenancy": "user"}),
    ("0.2.0", {"backend": "litestar", "starter": "empty"}),
    ("0.3.0", {"token_minting": "clerk_template", "local_tinybird": "docker", "ci": "gitlab"}),
]
STARTS = [*((version, {}) for version in RELEASES), *ANSWERED]
# The oldest and the newest release; of the others, and of the answers, one by turns.
NOW = [*in_turn(STARTS[: len(RELEASES)], always=[(OLDEST, {}), (NEWEST, {})]), *in_turn(ANSWERED)]
# What a fresh render has, and of which an update touches no line but an import that has moved.
OWNERS = "src/acme_analytics/policy.py"
# What only a project that started later has: the lint's warnings are errors in it.
BEFORE_STRICT = ("0.1.0", "0.2.0", "0.3.0")
STRICT = {
    "pyproject.toml": (b"\nstrict = true #", b"\nstrict = false #"),
    ANSWERS: (b"\nlint_strict: true\n", b"\nlint_strict: false\n"),
}


def _marks(version: str, answers: dict[str, str]) -> list[pytest.MarkDecorator]:
    if (version, answers) not in NOW:
        return [pytest.mark.nightly]
    # With every module Copier takes a minute.
    return [] if answers else [pytest.mark.slow]


@pytest.mark.parametrize(
    ("version", "answers"),
    [pytest.param(*start, marks=_marks(*start)) for start in STARTS],
    ids=str,
)
def test_an_untouched_project_becomes_a_fresh_render(
    started: Start, started_small: Start, version: str, answers: dict[str, str]
) -> None:
    # An answer decides about no module that the small template lacks.
    start = started_small if answers else started
    project, fresh = start(version, **answers), start(NEXT, **answers)
    before, policy = secrets(project), (project / OWNERS).read_text()

    result = update(project, "--vcs-ref", NEXT, *(["--trust"] if crosses_a_move(version) else []))

    assert result.returncode == 0, result.stderr
    expected = files(fresh)
    if version in BEFORE_STRICT:
        expected = _not_strict(expected)
    assert files(project) == {**expected, OWNERS: moved_imports(policy).encode()}
    assert conflicts(project) == []
    assert secrets(project) == before


def test_a_project_that_started_strict_stays_so(started_small: Start) -> None:
    project = started_small(NEXT)

    update(project, "--vcs-ref", LATER).check_returncode()

    assert files(project) == files(started_small(LATER))
    assert b"\nstrict = true #" in files(project)["pyproject.toml"]


def _not_strict(found: dict[str, bytes]) -> dict[str, bytes]:
    for name, (strict, _) in STRICT.items():
        assert strict in found[name]
    return found | {name: found[name].replace(*change) for name, change in STRICT.items()}
