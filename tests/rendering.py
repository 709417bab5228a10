"""Render the template as it stands in this checkout."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from copier import run_copy

REPOSITORY = Path(__file__).parent.parent
QUESTIONS = REPOSITORY / "questions"
# No answer and no name decides about these: what Copier makes of them is what they are.
UNANSWERED = ("devstack", "vendor")


def render(destination: Path, **answers: object) -> Path:
    """Render a project into `destination`, untrusted, with `answers` over the defaults.

    Raises: KeyError: an answer to a question that does not exist, which Copier would ignore.
    """
    unknown = answers.keys() - question_names()
    if unknown:
        raise KeyError(f"no such question: {', '.join(sorted(unknown))}")
    run_copy(
        str(answerable()),
        destination,
        answers,
        vcs_ref="HEAD",
        defaults=True,
        unsafe=False,
        quiet=True,
    )
    return complete(destination)


@functools.cache
def answerable() -> Path:
    """Commit the template as it stands, without the folders that `complete` adds.

    Copier takes four milliseconds for a path, and most paths are in those.
    """
    root = Path(tempfile.mkdtemp(prefix="template-"))
    atexit.register(shutil.rmtree, root)
    left_out = [f":(exclude)template/{name}" for name in UNANSWERED]
    copy_listed(REPOSITORY, root, "copier.yml", "questions", "template", "tinybird", *left_out)
    author = ("-c", "user.name=Roost", "-c", "user.email=roost@example.org")
    for words in (("init", "--quiet"), ("add", "--all"), (*author, "commit", "-qm", "As it is")):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def complete(project: Path) -> Path:
    """Add to a render of `answerable` the folders that it lacks, as `copier copy` would."""
    copy_listed(REPOSITORY / "template", project, *UNANSWERED)
    return project


def copy_listed(source: Path, destination: Path, *paths: str) -> None:
    """Copy what git knows or would add below `paths`, which are patterns of git's."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *paths]
    names = subprocess.run(listed, cwd=source, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        # What was removed and not committed is listed too.
        if (source / name).exists():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, destination / name)


def answered(template: Path, destination: Path, answers: Mapping[str, object]) -> Path:
    """Render a template that is a folder, untrusted, as the fixture `answering` gives one."""
    data = dict(answers)
    run_copy(str(template), destination, data=data, defaults=True, unsafe=False, quiet=True)
    return destination


@functools.cache
def questions() -> dict[str, dict[str, object]]:
    """Return every question by its name, in the order of asking, the hidden ones included."""
    merged: dict[str, dict[str, object]] = {}
    for path in sorted(QUESTIONS.glob("*.yml")):
        merged |= yaml.safe_load(path.read_text())
    return {name: body for name, body in merged.items() if not name.startswith("_")}


def question_names() -> set[str]:
    """Return the names of the questions that a user is asked."""
    return {name for name, body in questions().items() if _is_asked(body)}


def _is_asked(body: Mapping[str, object]) -> bool:
    return body.get("when") is not False and body.get("ask") is not False


def choices(question: str) -> list[str]:
    """Return the values that a question offers."""
    offered = questions()[question]["choices"]
    assert isinstance(offered, dict)
    return list(offered.values())
