"""The owner's pages and scripts: what they name of the dashboard's files is found again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from history import Project, git, stage, text_of
from moves import LIBRARY, Moves

ASSET = re.compile(r"\bstatic/((?:js|css)/[\w./-]+)")
TEMPLATE = re.compile(r"(\{%-?\s*(?:extends|include|import|from)\s+[\"'])([\w./-]+)")
IMPORT = re.compile(r"((?:\bfrom|\bimport)\s*\(?\s*[\"'])(\.{1,2}/[^\"']+)")
CHART_PARTS = ("csv.js", "rows.js", "tooltip.js")


def keep_pages(project: Project, moves: Moves) -> Iterator[str]:
    """Let a page that was written anew and that its owner has edited stay the owner's.

    Yields: one sentence for each of them.
    """
    for name in moves.kept:
        mine = text_of(stage(name, 2) or b"")
        if mine:
            Path(name).write_bytes(found_again(mine, name, project, moves).encode())
            git("add", "--", name)
            page = f"{LIBRARY}/dashboard/templates/roost/{Path(name).name}"
            yield f"{name} is as you wrote it, in place of the library's page: {page}"


def rewrite_own_pages(project: Project, moves: Moves) -> Iterator[str]:
    """Let each page and script of the owner's name the dashboard's files where they are now.

    Yields: one sentence for each that has changed.
    """
    for name in project.files:
        is_page = name.startswith(f"{_folder(project)}/") and Path(name).suffix in (".html", ".js")
        if not is_page or project.is_of_the_template(name) or not Path(name).is_file():
            continue
        old = text_of(Path(name).read_bytes())
        yield from _gone(old or "", name, project, moves)
        new = old and found_again(old, name, project, moves)
        if new and new != old:
            Path(name).write_bytes(new.encode())
            yield f"{name} names the dashboard's files below static/roost/ and roost/ now."


def found_again(text: str, name: str, project: Project, moves: Moves) -> str:
    """Return a page's or a script's text, each file of the dashboard named where it is now."""
    folder = _folder(project)

    def is_moved(path: str) -> bool:
        new = moves.files.get(f"{folder}/{path}")
        return new is not None and _keeps_name(path, new) and not Path(folder, path).exists()

    if name.endswith(".js"):
        return IMPORT.sub(lambda found: _import(found, name, folder, is_moved), text)
    for old, new in moves.replaced.items():
        text = text.replace(old, new)
    text = ASSET.sub(lambda found: _moved(found[0], "static/", is_moved), text)
    return TEMPLATE.sub(lambda found: found[1] + _template(found[2], is_moved), text)


def _gone(text: str, name: str, project: Project, moves: Moves) -> Iterator[str]:
    """Yields: one sentence for each script that is part of another one now."""
    for found in IMPORT.finditer(text) if name.endswith(".js") else ():
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))
        new = moves.files.get(wanted)
        if new and Path(new).is_file() and not _keeps_name(wanted, new):
            entry = "/roost-chart.js" if Path(new).name in CHART_PARTS else "/roost.js"
            yield f"{name} imports {found[2]}, which is a part of {new} now: see {entry}."


def _keeps_name(old: str, new: str) -> bool:
    # A script that is served elsewhere now cannot be imported under its old name.
    is_same = new.startswith(f"{LIBRARY}/dashboard/") and Path(new).name == Path(old).name
    return is_same and Path(new).is_file()


def _import(found: re.Match[str], name: str, folder: str, is_moved: Callable[[str], bool]) -> str:
    here = posixpath.dirname(name)
    wanted = posixpath.relpath(posixpath.normpath(posixpath.join(here, found[2])), folder)
    new = posixpath.relpath(f"{folder}/{_moved(wanted, 'static/', is_moved)}", here)
    return found[1] + (new if new.startswith("../") else f"./{new}")


def _template(name: str, is_moved: Callable[[str], bool]) -> str:
    return f"roost/{name}" if is_moved(f"templates/{name}") else name


def _moved(path: str, before: str, is_moved: Callable[[str], bool]) -> str:
    return f"{before}roost/{path.removeprefix(before)}" if is_moved(path) else path


def _folder(project: Project) -> str:
    return f"src/{project.package}/dashboard"
