"""A project that nobody has edited becomes what a fresh render is."""

from __future__ import annotations

import pytest

from .conftest import Start
from .project import conflicts, files, secrets, update
from .releases import NEXT, OLDEST, RELEASES

# Every release, and from the one that offered it first each other answer that decides about files.
ANSWERS: list[tuple[str, dict[str, str]]] = [
    *((version, {}) for version in RELEASES),
    ("0.2.0", {"backend": "flask", "frontend": "none", "ci": "none"}),
    ("0.2.0", {"backend": "django", "tenancy": "user"}),
    ("0.2.0", {"backend": "litestar", "starter": "empty"}),
    ("0.3.0", {"token_minting": "clerk_template", "local_tinybird": "docker", "ci": "gitlab"}),
]
# What a fresh render has and an update never touches.
OWNERS = "src/acme_analytics/policy.py"


@pytest.mark.parametrize(("version", "answers"), ANSWERS, ids=str)
def test_an_untouched_project_becomes_a_fresh_render(
    started: Start, version: str, answers: dict[str, str]
) -> None:
    project, fresh = started(version, **answers), started(NEXT, **answers)
    before, policy = secrets(project), (project / OWNERS).read_bytes()

    result = update(project, "--vcs-ref", NEXT, *(["--trust"] if version == OLDEST else []))

    assert result.returncode == 0, result.stderr
    assert files(project) == {**files(fresh), OWNERS: policy}
    assert conflicts(project) == []
    assert secrets(project) == before
