"""Edits of files that have left their place: merged where that works, and otherwise named."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from history import Project, committed, git, merged, shown, stage, text_of
from imports import dead, rewritten, unbound
from moves import Moves


def carry(project: Project, moves: Moves) -> Iterator[str]:
    """Bring the edits of every file that is gone to where its lines are now.

    Yields: one sentence for each such file.
    """
    for name in project.files:
        mine = _edited(project, moves, name)
        if mine is not None:
            _restore(name)
            yield _carry_one(project, moves, name, mine)


def _edited(project: Project, moves: Moves, name: str) -> bytes | None:
    if Path(name).exists() and name not in moves.taken:
        return None
    mine = committed(name) if project.is_of_the_template(name) else None
    return None if mine is None or mine in project.released(name) else mine


def _restore(name: str) -> None:
    # Another file is there now, into which Copier has merged the edit of its predecessor.
    theirs = stage(name, 3)
    if theirs is not None and Path(name).exists():
        Path(name).write_bytes(theirs)
        git("add", "--", name)


def _carry_one(project: Project, moves: Moves, name: str, mine: bytes) -> str:
    new = moves.files.get(name)
    if new is None or not Path(new).is_file():
        return f"{name} is no part of a project any more. With your edit: {shown(name)}"
    text = _merge(project, moves, name, mine)
    if text is None:
        return f"{name} is {new} now, and your edit does not fit there. To see it: {shown(name)}"
    Path(new).write_bytes(text)
    return f"{name} is {new} now: your edit was merged into it.{_advice(project, name)}"


def _merge(project: Project, moves: Moves, name: str, mine: bytes) -> bytes | None:
    base = max(project.released(name), key=lambda text: _likeness(text, mine))
    new = moves.files[name]
    if not name.endswith(".py"):
        return merged(mine, base, Path(new).read_bytes())
    # With the imports of both as they are now, their edits alone differ from the new file.
    edit, before = text_of(mine), text_of(base)
    if edit is None or before is None:
        return None
    both = [rewritten(text, name, moves).encode() for text in (edit, before)]
    text = merged(*both, Path(new).read_bytes())
    return text if text is not None and _is_sound(project, text, new) else None


def _is_sound(project: Project, text: bytes, name: str) -> bool:
    # The lines fit, and yet name something that the new file has no more: the app would not start.
    if not _is_python(text):
        return False
    return not dead(text.decode(), name, project.is_ours) and not unbound(text.decode())


def _is_python(text: bytes) -> bool:
    try:
        compile(text, "merged", "exec")
    except SyntaxError:
        return False
    return True


def _likeness(text: bytes, other: bytes) -> float:
    one, two = (part.decode(errors="replace").splitlines() for part in (text, other))
    return difflib.SequenceMatcher(None, one, two).quick_ratio()


def _advice(project: Project, name: str) -> str:
    if not name.startswith(f"src/{project.package}/web/"):
        return ""
    home = "urls.py and views.py" if project.backend == "django" else "app.py"
    return f" A route of your own belongs into {home} of src/{project.package}/ now."
