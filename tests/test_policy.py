"""The policy of a new project, and what the library takes for granted where a policy is silent."""

from __future__ import annotations

import re
from pathlib import Path


def test_a_policy_without_the_line_limits_token_requests_as_a_new_one_does(
    default_render: Path,
) -> None:
    (policy,) = default_render.glob("src/*/policy.py")
    (limits,) = default_render.glob("vendor/roost/src/roost/policy/limits.py")

    said = re.findall(r"^TOKEN_REQUESTS = (.+)$", policy.read_text(), re.MULTILINE)
    default = re.findall(r"^DEFAULT_TOKEN_REQUESTS = (.+)$", limits.read_text(), re.MULTILINE)

    assert said == default == ["Limit(per_second=1, burst=60)"]
