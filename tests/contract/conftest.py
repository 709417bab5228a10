"""The contract of a rendered project, whose folder is the one in which pytest was started.

`uv run --project REPOSITORY pytest -p roost.testing.fixtures REPOSITORY/tests/contract`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from roost.testing.stack import ROOT, Stack

from .answers import ACME, ADA, SessionToken
from .holders import Holder, holder

# What a project has not, it need not keep to.
collect_ignore = [
    name
    for name, part in {
        "test_dashboard.py": "src/*/dashboard/static/dashboard.js",
        "test_frames.py": "src/*/dashboard/static/charts/*.json",
        "test_pages.py": "src/*/dashboard",
        "test_react.py": "src/*/dashboard",
        "test_clerk_template.py": "clerk",
    }.items()
    if not any(ROOT.glob(part))
]


@pytest.fixture
def ada(session_token: SessionToken) -> dict[str, str]:
    """The headers of a request by Ada, for Acme."""
    return {"Authorization": f"Bearer {session_token(ADA, ACME)}"}


@pytest.fixture(scope="module")
def victim(stack: Stack, app_url: str) -> Iterator[Holder]:
    """A tenant whose rows the attacker is after."""
    with holder(stack, app_url, ["theirs_a", "theirs_b", "theirs_c"]) as victim:
        yield victim


@pytest.fixture(scope="module")
def attacker(stack: Stack, app_url: str) -> Iterator[Holder]:
    """A tenant with a token of the app and bad intentions."""
    with holder(stack, app_url, ["ours"]) as attacker:
        yield attacker
