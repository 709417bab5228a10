"""Render the template as it stands in this checkout."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from pathlib import Path

import yaml
from copier import run_copy
from copier.errors import DirtyLocalWarning

REPOSITORY = Path(__file__).parent.parent
QUESTIONS = REPOSITORY / "questions"


def render(destination: Path, **answers: object) -> Path:
    """Render a project into `destination`, untrusted, with `answers` over the defaults.

    Raises: KeyError: an answer to a question that does not exist, which Copier would ignore.
    """
    unknown = answers.keys() - question_names()
    if unknown:
        raise KeyError(f"no such question: {', '.join(sorted(unknown))}")
    with warnings.catch_warnings():
        # A checkout with uncommitted work is what a developer tests.
        warnings.simplefilter("ignore", DirtyLocalWarning)
        run_copy(
            str(REPOSITORY),
            destination,
            data=answers,
            defaults=True,
            vcs_ref="HEAD",
            unsafe=False,
            quiet=True,
        )
    return destination


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
