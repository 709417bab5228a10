"""0.2.0 names the tests of core/asgi.py after it: tests/test_shell.py became tests/test_asgi.py.

Copier would drop the owner's edits. Runs in the project, its argument is the template's clone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

OLD, NEW = "test_shell.py", "test_asgi.py"
# The old file as 0.1.0 wrote it: a commit, which every clone of the template holds.
BASE = f"e3cf38018b1258cdb750f5880f370e3d321d2a51:template/src/[= package_name =]/tests/{OLD}"
# Copier's own labels, so that everything that looks for its conflicts finds ours.
LABELS = ("-L", "before updating", "-L", "last update", "-L", "after updating")


def main(template: Path) -> None:
    """Bring the owner's edits of every old file to the new one."""
    for new in Path().glob(f"src/*/tests/{NEW}"):
        if show(f"HEAD:./{new.as_posix()}") is None:
            carry(new, show(BASE, template) or b"")


def carry(new: Path, base: bytes) -> None:
    """Merge an edited old file into the new one; a file that the owner deleted stays away."""
    mine = show(f"HEAD:./{new.with_name(OLD).as_posix()}")
    if mine is None:
        new.unlink()
    elif mine != base and b"<<<<<<< before updating" not in new.read_bytes():
        merge(new, base, mine)
        print(f"{OLD} is called {NEW} now: your edits are in {new}, look at `git diff`.")


def merge(new: Path, base: bytes, mine: bytes) -> None:
    """Merge three versions into the new file, with markers where both sides changed a line."""
    with tempfile.TemporaryDirectory() as folder:
        ours, common = Path(folder, "ours"), Path(folder, "common")
        ours.write_bytes(mine)
        common.write_bytes(base)
        merged = git("merge-file", "-p", *LABELS, str(ours), str(common), str(new))
    if merged.returncode > 127:  # below, it is the number of conflicts
        sys.exit(f"{new}: {merged.stderr.decode()}")
    new.write_bytes(merged.stdout)


def show(blob: str, repository: Path | None = None) -> bytes | None:
    """Return a file of a commit, None where there is none."""
    result = git("show", blob, cwd=repository)
    return None if result.returncode else result.stdout


def git(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git and keep what it prints."""
    return subprocess.run(["git", *words], cwd=cwd, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
