"""Measure how much of the library and the devstack their own suites run: `make coverage`.

The suites are the library's unit tests, the devstack's, the contract of every backend, and the
tests of commands that need a project; each process that they start is measured too. Prints the
lines and branches that none of them runs, and fails if they run less than FLOOR percent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .product import CONTRACT_TESTS, installed, stack, with_coverage
from .rendering import REPOSITORY, choices

FLOOR = 95
MEASURED = {"library": "*/vendor/roost/src/*", "devstack": "*/devstack/src/*"}
SETTINGS = f"--rcfile={REPOSITORY / 'pyproject.toml'}"
# `app doctor`, `devstack dev` and what stands beside them are for a project.
COMMANDS = ("doctor", "test_dev.py", "test_dev_unbuilt.py", "test_tinybird_container.py")
WORKERS = os.environ.get("WORKERS", "3")


def main() -> int:
    """Run the suites, print the report; return the process's exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = stack.clean_environment() | {"COVERAGE_FILE": str(folder / "data" / "run")}
        (folder / "data").mkdir()
        _measure_library(environment)
        _measure_devstack(folder / "environment", environment)
        _measure_commands(environment)
        for backend in choices("backend"):
            _measure_contract(folder / backend, backend, environment)
        return _report(environment)


def _measure_library(environment: dict[str, str]) -> None:
    tests = ("-n", WORKERS, "--confcutdir=tests/library", "tests/library")
    _run_tests(Path(sys.executable), REPOSITORY, tests, environment)


def _measure_devstack(place: Path, environment: dict[str, str]) -> None:
    project = REPOSITORY / "template" / "devstack"
    sync = ["uv", "sync", "--quiet", "--locked", "--project", str(project), "--group", "test"]
    subprocess.run(sync, env=environment | {"UV_PROJECT_ENVIRONMENT": str(place)}, check=True)
    tests = (
        *("-n", WORKERS, "--dist", "loadfile"),
        "--confcutdir=tests/devstack",
        "tests/devstack",
    )
    _run_tests(with_coverage(place), REPOSITORY, tests, environment)


def _measure_commands(environment: dict[str, str]) -> None:
    tests = (f"tests/{name}" for name in COMMANDS)
    arguments = ("-n", WORKERS, "--dist", "loadfile", *tests)
    _run_tests(Path(sys.executable), REPOSITORY, arguments, environment)


def _measure_contract(place: Path, backend: str, environment: dict[str, str]) -> None:
    project = installed(place, backend=backend)
    for folder in (project, project / "devstack"):
        with_coverage(folder / ".venv")
    _run_tests(Path(sys.executable), project, CONTRACT_TESTS, environment)


def _run_tests(
    python: Path, folder: Path, arguments: Sequence[str], environment: dict[str, str]
) -> None:
    command = [python, "-m", "coverage", "run", SETTINGS, "-m", "pytest", "-q", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True)


def _report(environment: dict[str, str]) -> int:
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run(
        [*coverage, "combine", "--quiet", SETTINGS], cwd=REPOSITORY, env=environment, check=True
    )
    codes = []
    for name, files in MEASURED.items():
        print(f"\n{name}:", flush=True)
        report = [*coverage, "report", SETTINGS, f"--include={files}", f"--fail-under={FLOOR}"]
        codes.append(subprocess.run(report, cwd=REPOSITORY, env=environment).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
