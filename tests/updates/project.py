"""A project as its owner keeps it: in git, updated by the `copier` command, untrusted."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from roost.testing import TestClerk

ENVIRONMENT = {
    **os.environ,
    **{f"GIT_{who}_NAME": "Owner" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "owner@example.com" for who in ("AUTHOR", "COMMITTER")},
    # Whom the person at this machine trusts, and what else they have set, is not part of a test.
    "XDG_CONFIG_HOME": str(Path(__file__).parent),
    "GIT_CONFIG_GLOBAL": os.devnull,
}
# As a server does it.
START = "from roost.served import app; print(type(app).__name__)"
ANSWERS = ".copier-answers.yml"
# It takes a minute, and looks at the data project alone.
WITHOUT_PROOF = ("--ignore", "tests/test_isolation.py")


def git(*words: str, cwd: Path) -> str:
    """Run git and return what it prints."""
    return _run(["git", *words], cwd).stdout


def create(project: Path, template: Path, version: str, answers: dict[str, str]) -> Path:
    """Start a project from a release and commit it."""
    data = [word for name, value in answers.items() for word in ("-d", f"{name}={value}")]
    where = ["--vcs-ref", version, str(template), str(project)]
    _run(["copier", "copy", "--quiet", "--defaults", *data, *where], project.parent)
    git("init", "--quiet", cwd=project)
    commit(project)
    return project


def commit(project: Path) -> None:
    """Commit everything that git does not ignore."""
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--allow-empty", "--message", "Work", cwd=project)


def update(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `copier update`, to the newest release unless `words` say another."""
    return attempt(["copier", "update", "--defaults", *words], project)


def attempt(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may fail, with some variables of its own, and keep what it says."""
    env = ENVIRONMENT | environment
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


def files(project: Path) -> dict[str, bytes]:
    """Return every file that git does not ignore, without the answers' source and version."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=project)
    names = {name for name in listed.split("\0") if (project / name).is_file()}
    found = {name: (project / name).read_bytes() for name in names}
    found[ANSWERS] = re.sub(rb"(?m)^(_commit|_src_path): .*$", b"", found[ANSWERS])
    return found


def secrets(project: Path) -> tuple[bytes, bytes]:
    """Return both files that git ignores and an update never touches."""
    return (project / ".env").read_bytes(), (project / ".env.local").read_bytes()


def conflicts(project: Path) -> list[str]:
    """Return the files that an update has left in conflict."""
    return sorted(git("diff", "--name-only", "--diff-filter=U", cwd=project).splitlines())


def install(project: Path) -> None:
    """Install a project and its devstack, each in its own environment."""
    for folder in (project, project / "devstack"):
        _run(["uv", "sync", "--quiet", "--locked", "--no-active"], folder)


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    """Run the lint of an installed project."""
    return attempt(["uv", "run", "--quiet", "--no-active", "poe", "lint"], project)


def pass_checks(project: Path) -> str:
    """Run the lint of an installed project, and make its app; return what the lint says."""
    result = lint(project)
    assert result.returncode == 0, result.stdout + result.stderr
    command = ["uv", "run", "--quiet", "--no-active", "--no-sync", "python", "-c", START]
    started = attempt(command, project, **TestClerk("organization").environment)
    assert started.returncode == 0, started.stderr
    return result.stdout


def pass_suite(project: Path) -> None:
    """Run the tests from outside of an installed project, on its own services; not its proof."""
    _run(["uv", "run", "--quiet", "--no-active", "pytest", "-q", "tests", *WITHOUT_PROOF], project)


def _run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    result = attempt(command, cwd)
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result
