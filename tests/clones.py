"""Clones of this repository, as somebody who has cloned it finds them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from .product import stack
from .rendering import REPOSITORY


def clone_of_checkout(folder: Path) -> Path:
    """Clone this repository into `folder`, with what is not committed here beside the rest."""
    git(REPOSITORY, "clone", "--quiet", str(REPOSITORY), str(folder))
    files = git(REPOSITORY, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, files.split("\0")):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder`, as somebody with a name, and return what it prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=named_environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def named_environment() -> dict[str, str]:
    """Return a clean environment in which git knows who commits."""
    who = {"NAME": "someone", "EMAIL": "someone@example.com"}
    roles = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{role}_{what}": text for role in roles for what, text in who.items()}
    return stack.clean_environment() | names
