"""No tenant's answer depends on another tenant's rows: non-interference, on real ClickHouse.

The proof is a command of the devstack, which builds `tinybird/` in a workspace of its own and
compares what a tenant is answered over pairs of databases that differ in all others' rows:
`uv run poe prove`. It tries the same in every run; `ISOLATION_EXAMPLES=2000 uv run poe test` or
`uv run poe prove --examples 2000` looks longer, each time elsewhere.
"""

from __future__ import annotations

import subprocess

import pytest
from roost.testing.stack import DEVSTACK, ROOT, clean_environment


def test_other_tenants_rows_change_no_answer() -> None:
    _prove("rows")


def test_what_others_send_changes_no_answer() -> None:
    _prove("events")


def _prove(part: str) -> None:
    command = [*DEVSTACK, "prove", "--part", part]
    with subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            report, _ = process.communicate()
        finally:
            # A run that is broken off leaves no service behind.
            process.terminate()
    if process.returncode != 0:
        pytest.fail(report or "there is no verdict: see the lines below", pytrace=False)
    print(report)
