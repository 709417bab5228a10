"""The hooks of `.pre-commit-config.yaml`, run by prek and by pre-commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..product import stack
from .conftest import git

RUNNERS = {
    "prek": ["uv", "run", "--quiet", "prek", "run", "--color=never"],
    "pre-commit": [sys.executable, "-m", "pre_commit", "run", "--color=never"],
}
# Put together here, so that this file passes such hooks itself.
FAULTS = [
    ("conflict-markers", "docs/security.md", "<" * 7 + " before updating\n"),
    ("rejected-hunks", "src/app.py.rej", "@@\n"),
    ("secrets", "deploy_key", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n"),
    ("secrets", "src/acme_analytics/keys.py", 'KEY = "sk_' + 'live_0123456789abcdefghij"\n'),
    ("secrets", "notes.txt", "p." + "eyJ1IjogIjAxMjM0NTY3ODkwMTIzNCJ9\n"),
    ("environment-files", ".env.local", "A=\n"),
    ("ruff-check", "src/acme_analytics/odd.py", "import os\n"),
    ("ruff-format", "src/acme_analytics/wide.py", "a  =  1\n"),
    ("typecheck", "src/acme_analytics/untrue.py", 'a: int = "one"\n'),
    ("tenants-apart", "tinybird/endpoints/all.pipe", "NODE n\nSQL >\n    SELECT * FROM events\n"),
]


def test_a_fresh_project_passes(repository: Path, tmp_path: Path) -> None:
    result = _run("prek", repository, tmp_path, "--all-files")

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("runner", RUNNERS)
def test_each_fault_is_found_by_its_hook(work: Path, tmp_path: Path, runner: str) -> None:
    for _, name, text in FAULTS:
        (work / name).write_text(text)
    names = [name for _, name, _ in FAULTS]
    git(work, "add", "--force", *names)

    result = _run(runner, work, tmp_path, "--files", *names)

    assert result.returncode == 1
    found = {block.splitlines()[0]: block for block in result.stdout.split("- hook id: ")[1:]}
    assert found.keys() == {hook for hook, _, _ in FAULTS}
    for hook, name, _ in FAULTS:
        assert name in found[hook], (hook, found[hook])


def _run(
    runner: str, project: Path, cache: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    env = stack.clean_environment() | {"PRE_COMMIT_HOME": str(cache), "PREK_HOME": str(cache)}
    command = [*RUNNERS[runner], *arguments]
    return subprocess.run(
        command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
