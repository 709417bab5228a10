"""The contract suite knows every refusal of the app."""

from __future__ import annotations

import re

from ..rendering import REPOSITORY

TEMPLATE = REPOSITORY / "template"
# The first takes a minute, and nothing from outside provokes the second: unit tests do.
UNPROVOKED = {"body-timeout", "internal"}


def test_every_error_code_has_a_test_over_http() -> None:
    table = (TEMPLATE / "src" / "[= package_name =]" / "core" / "errors.py").read_text()
    codes = set(re.findall(r'^    "([a-z-]+)": \(\d{3}, ', table, re.MULTILINE))
    suite = "".join(path.read_text() for path in (TEMPLATE / "tests" / "contract").glob("*.py"))

    assert len(codes) > 30
    assert {code for code in codes if f'"{code}"' not in suite} == UNPROVOKED
