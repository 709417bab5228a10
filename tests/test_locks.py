"""The lock files of this repository are renewed and audited, all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .audit import audit_projects, audit_repository
from .locks import lock_of, plain_locks
from .rendering import REPOSITORY, choices
from .vulnerabilities import running_database

WORKFLOWS = REPOSITORY / ".github" / "workflows"


def test_a_renewal_knows_every_lock_file_that_git_does() -> None:
    known = [*plain_locks("uv.lock"), *plain_locks("package-lock.json")]
    backends = [lock_of(backend) for backend in choices("backend")]

    listed = subprocess.run(
        ["git", "ls-files", "-z", "*lock*"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.split("\0")
    locks = [name for name in listed if "uv.lock" in name or "package-lock.json" in name]

    assert len(known) + len(backends) == len(locks) == 13


@pytest.mark.slow
def test_a_vulnerability_of_any_backend_fails_the_audit() -> None:
    with running_database("litestar") as database:
        assert not audit_projects("--service-url", database.url)


def test_a_vulnerability_of_the_repository_fails_the_audit() -> None:
    with running_database("pytest-copie") as database:
        assert not audit_repository("--service-url", database.url)


def test_what_the_devstack_and_the_tests_pin_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with running_database("tinybird", "tinybird-cli") as database:
        assert audit_repository("--service-url", database.url)

    told = capfd.readouterr().out
    assert "tinybird 5." in told
    assert "tinybird-cli 6." in told


@pytest.mark.parametrize("words", [("actionlint", "-shellcheck="), ("zizmor", "--offline", "-q")])
def test_the_linters_have_nothing_to_say_about_the_workflows(words: tuple[str, ...]) -> None:
    tool, *options = words
    command = [str(Path(sys.executable).with_name(tool)), *options]

    done = subprocess.run(
        [*command, *map(str, sorted(WORKFLOWS.glob("*.yml")))], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
