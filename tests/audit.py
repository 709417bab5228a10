"""Ask a database of vulnerabilities about every lock file: CI does on schedule, for it is far away.

What this repository and a generated app are made of must be clean. The devstack and the projects of
tests hold what `tinybird` pins: theirs is told and fails nothing, because they are never deployed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .locks import plain_locks
from .rendering import REPOSITORY, choices, render

COMMAND = ["uv", "audit", "--preview-features", "audit-command", "--locked"]


def audit(folder: Path, *words: str) -> bool:
    """Print what is known of the lock file in `folder`, and tell whether it is clean.

    Args: words: more for the command, such as another `--service-url`.
    """
    return subprocess.run([*COMMAND, *words], cwd=folder).returncode == 0


def audit_repository(*words: str) -> bool:
    """Audit every lock file that stands here as it is; only the repository's own must be clean."""
    results = []
    for folder in plain_locks("uv.lock"):
        print(f"== {folder.relative_to(REPOSITORY)}", flush=True)
        is_clean = audit(folder, *words)
        results.append(is_clean or folder != REPOSITORY)
    return all(results)


def audit_projects(*words: str) -> bool:
    """Audit a generated project with each backend."""
    results = []
    for backend in choices("backend"):
        with tempfile.TemporaryDirectory() as temporary:
            print(f"== a project with {backend}", flush=True)
            project = render(Path(temporary) / "project", backend=backend)
            results.append(audit(project, *words))
    return all(results)


if __name__ == "__main__":
    # Both speak, whichever fails.
    sys.exit(0 if all([audit_repository(*sys.argv[1:]), audit_projects(*sys.argv[1:])]) else 1)
