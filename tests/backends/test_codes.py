"""The contract suite knows every refusal of the app."""

from __future__ import annotations

import re

from ..rendering import REPOSITORY

ERRORS = REPOSITORY / "template" / "vendor" / "roost" / "src" / "roost" / "errors.py"
CONTRACT = REPOSITORY / "tests" / "contract"
# The first takes a minute, and nothing from outside causes the second: unit tests do.
UNTRIED = {"body-timeout", "internal"}


def test_every_error_code_has_a_test_over_http() -> None:
    table = ERRORS.read_text()
    codes = set(re.findall(r'^    "([a-z-]+)": \(\d{3}, ', table, re.MULTILINE))
    suite = "".join(path.read_text() for path in CONTRACT.glob("*.py"))

    assert len(codes) > 30
    assert {code for code in codes if f'"{code}"' not in suite} == UNTRIED
