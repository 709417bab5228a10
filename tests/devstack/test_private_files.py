"""Files with secrets are their owner's alone."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from devstack.identity import new_env_local
from devstack.private_files import make_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_the_template_wrote_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CLERK_SECRET_KEY=sk_live_x\n")
    (tmp_path / ".env.local").write_text("A=1\n")
    (tmp_path / ".env").chmod(0o644)
    (tmp_path / ".env.local").chmod(0o440)
    (tmp_path / ".devstack").mkdir(0o755)

    make_private(tmp_path)

    assert mode(tmp_path / ".env") == 0o600
    assert mode(tmp_path / ".env.local") == 0o400
    assert mode(tmp_path / ".devstack") == 0o700
    assert (tmp_path / ".env").read_text() == "CLERK_SECRET_KEY=sk_live_x\n"


def test_a_project_without_them_and_a_link_to_another_file_are_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.write_text("A=1\n")
    shared.chmod(0o644)
    (tmp_path / ".env").symlink_to(shared)

    make_private(tmp_path)

    assert mode(shared) == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "shared"]


@pytest.mark.parametrize("service", ["tinybird", "clerk"])
def test_everything_that_a_service_writes_is_private(tmp_path: Path, service: str) -> None:
    (tmp_path / ".env.local").write_text(new_env_local())
    (tmp_path / ".env").write_text("")
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", service, "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        umask=0o022,
    )
    assert process.stdout is not None
    assert "ready at" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    process.stdout.close()

    written = [tmp_path / ".devstack", *(tmp_path / ".devstack").rglob("*")]
    assert [path for path in written if mode(path) & 0o077] == []
    assert (mode(tmp_path / ".env"), mode(tmp_path / ".env.local")) == (0o600, 0o600)
