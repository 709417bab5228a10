"""Every answer is what the API's description says, whoever asks.

Schemathesis reads `/api/openapi.json` and calls each route in it with what the description allows
and with what it does not, so that a new route is covered the moment it exists.
`OPENAPI_ROUNDS=20 uv run poe test` looks longer, each time elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from roost.testing.stack import Member, Stack

ROUNDS = "OPENAPI_ROUNDS"
PRODUCTS_TAGS = {"analytics", "health"}
NEWTON = "user_local_newton"
# A round takes longer than the minute that a token lives, where a machine has much else to do.
ROUND_S = 3600
BOUNDARIES, GENERATED = "coverage", "fuzzing"
# Whoever is refused is refused early: generated values are worth their time in long runs alone.
OUTSIDERS_PHASES = [BOUNDARIES, GENERATED] if ROUNDS in os.environ else [BOUNDARIES]

CONFIG = f"""
[generation]
max-examples = 10
deterministic = {"false" if ROUNDS in os.environ else "true"}

[cache]
enabled = false

# What the value of a parameter may be is often known to its pipe alone, which tells with 400.
[checks.positive_data_acceptance]
enabled = false

# A route of your own answers to invented values as it likes, with 404 perhaps; only a failure of
# the server, or a body that it describes otherwise, is an error.
[[operations]]
exclude-tag = ["analytics", "health"]
checks.status_code_conformance.enabled = false
checks.content_type_conformance.enabled = false
checks.negative_data_rejection.enabled = false

# Pages that believe in another tenant: on one route, or 409 would be nearly every answer.
[[operations]]
exclude-path = "/api/me"
parameters = {{ X-Expected-Tenant = "TENANT", expected_tenant = "TENANT" }}
"""

Json = dict[str, Any]
# By method, path and status.
Answers = Counter[tuple[str, str, int]]


@pytest.fixture
def member(stack: Stack) -> Member:
    """Somebody of a tenant of its own: what is made up here is in nobody else's way."""
    return stack.new_member("Described")


def test_a_member_of_a_tenant_is_answered_as_described(
    stack: Stack, spare_app_url: str, member: Member, tmp_path: Path
) -> None:
    document = httpx2.get(f"{spare_app_url}/api/openapi.json").json()
    (tmp_path / "schemathesis.toml").write_text(CONFIG.replace("TENANT", member.tenant))
    answers: Answers = Counter()

    for _ in range(rounds()):
        token = stack.token_of(member, lifetime_s=ROUND_S)
        answers += explored(spare_app_url, tmp_path, [BOUNDARIES, GENERATED], token)

    served = {(method, path) for method, path, status in answers if status < 300}
    assert products_own(document) <= served
    limited = sum(count for (*_, status), count in answers.items() if status == 429)
    assert limited < answers.total() / 10


def test_a_visitor_is_answered_as_described(spare_app_url: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)

    for _ in range(rounds()):
        assert explored(spare_app_url, tmp_path, OUTSIDERS_PHASES).total() > 0


def test_somebody_without_a_tenant_is_answered_as_described(
    stack: Stack, spare_app_url: str, tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)

    for _ in range(rounds()):
        token = stack.session_token(NEWTON, None, lifetime_s=ROUND_S)
        assert explored(spare_app_url, tmp_path, OUTSIDERS_PHASES, token).total() > 0


def products_own(document: Json) -> set[tuple[str, str]]:
    """Return the method and path of each route that is not one of yours."""
    return {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if PRODUCTS_TAGS.intersection(operation.get("tags", ()))
    }


def rounds() -> int:
    return int(os.environ.get(ROUNDS, "1"))


def explored(url: str, folder: Path, phases: Sequence[str], token: str | None = None) -> Answers:
    """Have Schemathesis call every route and check each answer; count the answers."""
    sign_in = ["--header", f"Authorization: Bearer {token}"] if token else []
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{url}/api/openapi.json",
        *sign_in,
        *["--phases", ",".join(phases), "--warnings", "off", "--no-color"],
        *["--report-har-path", str(folder / "calls.har")],
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    calls = json.loads((folder / "calls.har").read_text(encoding="utf-8"))["log"]["entries"]
    return Counter(
        (
            call["request"]["method"],
            urlsplit(call["request"]["url"]).path,
            call["response"]["status"],
        )
        for call in calls
    )
