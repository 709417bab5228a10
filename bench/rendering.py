"""What a render costs beside copying the same files: `copier copy` of both, in turns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.rendering import REPOSITORY

from .rounds import Spread, spread_of


@dataclass(frozen=True, slots=True)
class Rendering:
    """Seconds of computing, of all processes: our template, and the same files without syntax."""

    files: int
    ours_s: Spread
    plain_s: Spread
    ratio: Spread


def measure(rounds: int) -> Rendering:
    """Render the default answers, then those very files from a template without any syntax."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = _snapshot(folder / "ours")
        _copied(ours, folder / "rendered")
        plain = _without_syntax(folder / "plain", folder / "rendered")
        pairs = [_pair(ours, plain, folder / "out") for _ in range(rounds + 1)][1:]
        files = sum(path.is_file() for path in (folder / "rendered").rglob("*"))
    return Rendering(
        files,
        spread_of([one for one, _ in pairs]),
        spread_of([other for _, other in pairs]),
        spread_of([one / other for one, other in pairs]),
    )


def _pair(ours: Path, plain: Path, out: Path) -> tuple[float, float]:
    return _copied(ours, out), _copied(plain, out)


def _copied(template: Path, destination: Path) -> float:
    shutil.rmtree(destination, ignore_errors=True)
    options = ["--quiet", "--defaults", "--vcs-ref", "HEAD"]
    before = _computed_s()
    subprocess.run(
        [sys.executable, "-m", "copier", "copy", *options, str(template), str(destination)],
        check=True,
    )
    return _computed_s() - before


def _computed_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _snapshot(folder: Path) -> Path:
    # The files as they stand, those that are not committed yet included.
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True).stdout
    for name in names.decode().rstrip("\0").split("\0"):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    return _committed(folder)


def _without_syntax(folder: Path, files: Path) -> Path:
    # Below a folder, as ours: nothing but the files tells the two templates apart.
    shutil.copytree(files, folder / "template")
    (folder / "copier.yml").write_text("_subdirectory: template\n")
    return _committed(folder)


def _committed(folder: Path) -> Path:
    # One commit, so that neither carries a history that the other has not.
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for command in (["init", "-q"], ["add", "-f", "."], [*identity, "commit", "-qm", "Files"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder
