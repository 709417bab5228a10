"""The nightly job that tells of a release, on a project of a tagged clone of this template."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from ..product import stack
from ..rendering import REPOSITORY
from .conftest import git

AUTHOR = ["-c", "user.name=o", "-c", "user.email=o@example.com"]
# Keeps each call's arguments, and answers `issue list` with the titles of the issues created.
GH = """\
#!/usr/bin/env python3
import json, pathlib, sys
calls = pathlib.Path(__file__).with_name("calls.jsonl")
said = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
calls.write_text("".join(json.dumps(call) + "\\n" for call in [*said, sys.argv[1:]]))
if sys.argv[2] == "list":
    created = [call for call in said if call[1] == "create"]
    print(json.dumps([{"title": call[call.index("--title") + 1]} for call in created]))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "template"
    git(REPOSITORY, "clone", "--quiet", str(REPOSITORY), str(folder))
    files = git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, files.split("\0")):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((REPOSITORY / name).read_bytes())
    for release in ("0.8.0", "0.9.0"):
        news = f"## {release}\n\n- You will see {release}.\n"
        (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{news}")
        git(folder, "add", "--all")
        git(folder, *AUTHOR, "commit", "--quiet", "-m", release)
        git(folder, "tag", f"v{release}")
    return folder


@pytest.fixture(scope="module")
def project(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old") / "project"
    copy = ["copier", "copy", "--quiet", "--defaults", "--vcs-ref", "v0.8.0"]
    subprocess.run([*copy, str(template), str(folder)], check=True)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, *AUTHOR, "commit", "--quiet", "-m", "Start")
    return folder


def test_github_gets_one_issue_for_a_release(project: Path, tmp_path: Path) -> None:
    gh = tmp_path / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)
    nightly = yaml.safe_load((project / ".github" / "workflows" / "nightly.yml").read_text())
    steps = [step["run"] for step in nightly["jobs"]["template"]["steps"] if "run" in step]

    for _ in range(2):
        for step in steps:
            assert _run(step, project, tmp_path).returncode == 0

    calls = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [call[:2] for call in calls] == [
        ["issue", "list"],
        ["issue", "create"],
        ["issue", "list"],
    ]
    assert calls[1][2:] == [
        "--title",
        "The template's release 0.9.0 is out",
        "--body",
        "## 0.9.0\n\n- You will see 0.9.0.\n\n"
        "This project is at 0.8.0. Commit, then `uv run copier update`.",
    ]
    assert git(project, "status", "--porcelain") == ""


def test_on_gitlab_the_job_fails_and_leaves_the_news(project: Path, tmp_path: Path) -> None:
    text = "\n".join(
        path.read_text() for path in (REPOSITORY / "template").glob("*.gitlab-ci.yml*")
    )
    job = yaml.safe_load(text)["template"]

    result = _run(job["script"][-1], project, tmp_path)

    (left,) = job["artifacts"]["paths"]
    assert result.returncode == 2
    assert "- You will see 0.9.0." in (project / left).read_text()
    (project / left).unlink()


def _run(step: str, project: Path, tools: Path) -> subprocess.CompletedProcess[bytes]:
    env = stack.clean_environment()
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    return subprocess.run(["bash", "-eo", "pipefail", "-c", step], cwd=project, env=env)
