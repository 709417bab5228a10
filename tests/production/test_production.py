"""The script itself, for the default answers and for the other minting beside another backend."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ..product import stack
from ..rendering import REPOSITORY

pytestmark = pytest.mark.slow

# Late enough for the purge to have no token to wait for.
LATE = ("--late", "3600")


@pytest.mark.parametrize(
    ("backend", "minting"),
    [("fastapi", "backend"), pytest.param("django", "clerk_template", marks=pytest.mark.nightly)],
)
def test_a_fresh_project_goes_to_production(backend: str, minting: str) -> None:
    finished = _run("--backend", backend, "--minting", minting, *LATE)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.splitlines()[-1].endswith(f"in production: {backend}, {minting}")


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.production", *options],
        cwd=REPOSITORY,
        env=stack.clean_environment(),
        capture_output=True,
        text=True,
    )
