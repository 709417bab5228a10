"""The template as it was at an earlier commit, to be measured in the same run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.rendering import REPOSITORY


def former_project(folder: Path, commit: str, *environments: str) -> Path:
    """Render the default answers of `commit` below `folder`, its template, and install them.

    Args: environments: the folders of the project whose environments are installed.
    """
    clone = ["git", "clone", "--quiet", "--no-checkout", str(REPOSITORY), str(folder)]
    subprocess.run(clone, check=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", commit], cwd=folder, check=True)
    project = folder / "project"
    options = ["--quiet", "--defaults", "--vcs-ref", commit]
    copier = [sys.executable, "-m", "copier", "copy", *options, str(folder), str(project)]
    subprocess.run(copier, check=True)
    for environment in environments:
        sync = ["uv", "sync", "--quiet", "--locked", "--no-active", "--project", environment]
        subprocess.run(sync, cwd=project, check=True)
    return project
