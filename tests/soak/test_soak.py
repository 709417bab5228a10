"""No foreign row, no lost event, no 500 and flat memory while everything breaks and changes.

Two minutes of load, less ten seconds; SOAK_SECONDS=1800 makes it half an hour. It prints its
progress, and figures at the end.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..product import installed, stack
from .people import found_tenants
from .scenario import Soak
from .services import LocalTinybird

pytestmark = pytest.mark.slow

SOAK_S = float(os.environ.get("SOAK_SECONDS") or 110)
MOST_FINDINGS = 30


def test_nothing_is_lost_or_foreign_while_services_die_and_change(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def say(text: str) -> None:
        with capfd.disabled():
            print(text, flush=True)

    say("")
    project = installed(tmp_path / "project")
    with stack.running_stack(project) as services:
        tinybird = LocalTinybird(services.env, services.pids["tinybird"])
        tenants = found_tenants(services.create_organization)
        soak = Soak(tinybird, tenants, project, services.env, SOAK_S, say)
        try:
            findings = _findings_of(soak)
        finally:
            tinybird.end()
    output = "".join(capfd.readouterr())

    if findings:
        pytest.fail("\n".join([f"{len(findings)} findings:", *findings[:MOST_FINDINGS]]))
    assert "Traceback" not in output
    assert services.env["TINYBIRD_JWT_SECRET"] not in output


def _findings_of(soak: Soak) -> list[str]:
    """Run the soak in a thread: a browser of other tests may have left its event loop in this."""

    def run() -> list[str]:
        return asyncio.run(soak.run())

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()
