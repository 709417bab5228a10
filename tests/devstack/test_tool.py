"""The scripts for other people's pipelines serve Tinybird; only who installs it is replaced."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import yaml
from devstack.stack.services import free_port, without_identity

from .tinybird.tinybird_server import SAMPLE

TOOL = Path(__file__).parents[2] / "tool"
UVX = f"""#!/bin/sh
echo "$2" > "$INSTALLED"
shift 3
exec {sys.executable} -m devstack "$@"
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a job in a folder with a Tinybird project; its processes end with it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "uvx").write_text(UVX)
    (programs / "pip").write_text("#!/bin/sh\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    shutil.copytree(SAMPLE, tmp_path / "theirs")
    yield without_identity(os.environ) | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "INSTALLED": str(tmp_path / "installed"),
        "RUNNER_TEMP": str(tmp_path / "runner"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "DEVSTACK_STATE": str(tmp_path / "state"),
        "TB_LOCAL_PORT": str(free_port()),
        "TINYBIRD_PACKAGE": "the-package",
    }


def ran(script: str, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a job's script; what it left running ends afterwards, as a runner ends it."""
    process = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=90)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    return subprocess.CompletedProcess(script, process.returncode, printed)


def test_the_action_serves_at_the_address_that_it_gives_out(
    pipeline: dict[str, str], tmp_path: Path
) -> None:
    [step] = yaml.safe_load((TOOL / "action.yml").read_text())["runs"]["steps"]
    asked = '\ncurl --silent --fail "$(sed s/url=// "$GITHUB_OUTPUT")/tokens"'
    port = pipeline["TB_LOCAL_PORT"]

    done = ran(step["run"] + asked, pipeline | {"PACKAGE": "it", "PORT": port}, tmp_path / "theirs")

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "output").read_text() == f"url=http://127.0.0.1:{port}\n"
    assert (tmp_path / "installed").read_text() == "it\n"
    assert sorted(json.loads(done.stdout)) == [
        "admin_token",
        "user_token",
        "workspace_admin_token",
    ]


def test_the_action_says_why_it_could_not(pipeline: dict[str, str], tmp_path: Path) -> None:
    [step] = yaml.safe_load((TOOL / "action.yml").read_text())["runs"]["steps"]

    done = ran(step["run"], pipeline | {"PACKAGE": "it", "PORT": "none"}, tmp_path / "theirs")

    assert done.returncode == 1
    assert "argument --port: invalid int value: 'none'" in done.stdout


def test_the_job_of_gitlab_builds(pipeline: dict[str, str], tmp_path: Path) -> None:
    jobs = yaml.safe_load((TOOL / "gitlab.yml").read_text())
    script = "\n".join([*jobs[".tinybird"]["before_script"], jobs["tinybird"]["script"][0]])

    done = ran(script, pipeline, tmp_path / "theirs")

    assert done.returncode == 0, done.stdout
    assert "Build completed" in done.stdout


def test_the_command_of_the_image_answers_by_the_name_of_its_service(
    pipeline: dict[str, str], tmp_path: Path
) -> None:
    lines = (TOOL / "Dockerfile").read_text().splitlines()
    [entry] = [line for line in lines if line.startswith("ENTRYPOINT ")]
    words = json.loads(entry.removeprefix("ENTRYPOINT "))[1:]
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", *words, "--allow-host", "tinybird"],
        cwd=tmp_path,
        env=pipeline,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        url = f"http://127.0.0.1:{pipeline['TB_LOCAL_PORT']}/tokens"
        named = httpx2.get(url, headers={"Host": "tinybird:7181"})
        other = httpx2.get(url, headers={"Host": "evil.example"})
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()

    assert ready.startswith("Tinybird ready at http://127.0.0.1:")
    assert (named.status_code, other.status_code) == (200, 403)
