"""`dev` leaves no process behind, however and whenever it is ended."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from .dev import DEV, Dev, free_ports
from .rendering import REPOSITORY

MAKE = ("make", "dev")
# In the place of uv: what `dev` runs, without the minutes that its packages take.
UV = """\
#!/bin/sh
case "$*" in *"poe dev") echo $$ && exec sleep 600 ;; esac
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "number", "to_group"),
    [
        (DEV, signal.SIGTERM, False),
        (DEV, signal.SIGINT, False),
        (MAKE, signal.SIGTERM, False),
        (MAKE, signal.SIGTERM, True),
    ],
)
def test_ending_it_ends_every_process_it_started(
    project: Path, command: tuple[str, ...], number: signal.Signals, to_group: bool
) -> None:
    dev = Dev(project, free_ports(), command)

    dev.end(number, to_group=to_group)

    assert dev.processes() == []


@pytest.mark.slow
def test_ctrl_c_ends_make_without_a_complaint(project: Path) -> None:
    dev = Dev(project, free_ports(), MAKE)

    dev.end(signal.SIGINT, to_group=True)

    assert dev.processes() == []
    assert "make: ***" not in "".join(dev.errors)


@pytest.mark.slow
@pytest.mark.parametrize(
    "said", ["✓ Starting Tinybird and Clerk", "✓ Building the data project", "events\n"]
)
def test_ending_it_while_it_starts_ends_every_process_too(project: Path, said: str) -> None:
    dev = Dev(project, free_ports(), MAKE, is_awaited=False)
    dev.wait_until_said(said)

    dev.end(signal.SIGTERM)

    assert dev.processes() == []


def test_ending_make_demo_ends_the_dev_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    shutil.copy(REPOSITORY / "template" / "Makefile", tmp_path / "demo")
    uv = tmp_path / ".tools" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(UV)
    uv.chmod(0o755)

    with subprocess.Popen(["make", "demo"], cwd=tmp_path, stdout=subprocess.PIPE) as demo:
        assert demo.stdout is not None
        dev = next(int(line) for line in demo.stdout if line.strip().isdigit())
        demo.terminate()

    assert not psutil.pid_exists(dev)
