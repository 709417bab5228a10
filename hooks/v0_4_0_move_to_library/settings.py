"""Conflicts that the update has left in what every command needs, settled."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Set
from pathlib import Path

from endpoints import settled_endpoints
from history import git, marked, stage

# A list of requirements over several lines, as `uv add` writes it, with its table's name before it.
TABLE = re.compile(r"\[(project|project\.optional-dependencies|dependency-groups)\]\s*(#.*)?")
LIST = re.compile(r"([\w-]+)\s*=\s*\[\s*(#.*)?")
INLINE = re.compile(r"([\w-]+)\s*=\s*(\[\s*\"[^\]].*\])")
NAME = re.compile(r"\s*\"([\w.-]+)")

Lists = dict[str, list[str]]


def settle(package: str) -> Iterator[str]:
    """Mend the files without which nothing runs, and the end of the README.

    Yields: one sentence for each file that was in conflict.
    """
    endpoints = f"src/{package}/endpoints.json"
    sides = {n: _sides(n) for n in ("pyproject.toml", "uv.lock", endpoints, "README.md")}
    if (found := sides["pyproject.toml"]) is not None:
        yield _settle("pyproject.toml", *settled_requirements(*found), "your dependencies are kept")
    if (found := sides["uv.lock"]) is not None:
        text = (found[2], 0)
        yield _settle("uv.lock", *text, "it is the release's; `uv lock` adds what is yours")
    if (found := sides[endpoints]) is not None:
        yield _settle(endpoints, *settled_endpoints(*found), "your endpoints are kept")
    if (found := sides["README.md"]) is not None:
        yield _settle("README.md", *settled_end(*found), "what you wrote below its end is kept")


def settled_requirements(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, int]:
    """Merge three versions of `pyproject.toml`, the lists of requirements apart from the rest.

    Of these lists, what the owner has added and removed is done to the release's. Returns the
    text, and how many conflicts are left in it.
    """
    mine, base, theirs = _spread(mine, base, theirs)
    own, old = (_requirements(text.decode()) for text in (mine, base))
    edited = {key: own[key] for key in own if key in old and own[key] != old[key]}
    plain = _with_lists(mine.decode(), {key: old[key] for key in edited})
    text, conflicts = marked(plain.encode(), base, theirs)
    lists = _requirements(text.decode())
    new = {k: _combined(own[k], old[k], lists[k]) for k in edited if k in lists}
    return _with_lists(text.decode(), new).encode(), conflicts + len(edited.keys() - new.keys())


def settled_end(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, int]:
    """Merge three versions of a text, what the owner wrote below its end below the new end."""
    end = base.rstrip().splitlines()[-1] + b"\n"
    above, found, below = mine.rpartition(end)
    if not found or not below.strip():
        return marked(mine, base, theirs)
    text, conflicts = marked(above + end, base, theirs)
    return text + below, conflicts


def _spread(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the three versions, a list in one line over several where the owner has it so."""
    own, old = (_requirements(text.decode()) for text in (mine, base))
    wanted = own.keys() - old.keys()
    return mine, _over_several(base.decode(), wanted), _over_several(theirs.decode(), wanted)


def _over_several(text: str, wanted: Set[str]) -> bytes:
    lines, table = [], ""
    for line in text.split("\n"):
        table = _table(line, table)
        found = INLINE.fullmatch(line)
        if found and f"{table} {found[1]}" in wanted:
            items = tomllib.loads(line)[found[1]]
            lines += [f"{found[1]} = [", *(f"    {json.dumps(item)}," for item in items), "]"]
        else:
            lines.append(line)
    return "\n".join(lines).encode()


def _table(line: str, before: str) -> str:
    if not line.startswith("["):
        return before
    return found[1] if (found := TABLE.fullmatch(line)) else ""


def _sides(name: str) -> tuple[bytes, bytes, bytes] | None:
    # A file that its owner has mended since is left alone.
    if not Path(name).is_file() or b"<<<<<<< before updating" not in Path(name).read_bytes():
        return None
    base, mine, theirs = (stage(name, number) for number in (1, 2, 3))
    return None if base is None or mine is None or theirs is None else (mine, base, theirs)


def _settle(name: str, text: bytes, conflicts: int, sentence: str) -> str:
    Path(name).write_bytes(text)
    if conflicts:
        return f"{name}: lines that you and the release have changed are marked in it."
    git("add", "--", name)
    return f"{name}: {sentence}."


def _requirements(text: str) -> Lists:
    found: Lists = {}
    for key, line in _keyed(text.split("\n")):
        if key:
            found.setdefault(key, [])
            if line is not None:
                found[key].append(line)
    return found


def _with_lists(text: str, lists: Lists) -> str:
    lines: list[str] = []
    for (key, item), line in zip(_keyed(text.split("\n")), text.split("\n"), strict=True):
        if key not in lists or item is None:
            lines.append(line)
        if key in lists and item is None:
            lines += lists[key]
    return "\n".join(lines)


def _keyed(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the list that each line belongs to, and the line if it is one of its items."""
    table, inside = "", ""
    for line in lines:
        if inside and line.strip() == "]":
            inside = ""
        if inside:
            yield inside, line
            continue
        table = _table(line, table)
        found = LIST.fullmatch(line) if table else None
        inside = f"{table} {found[1]}" if found else ""
        yield inside, None


def _combined(mine: list[str], base: list[str], theirs: list[str]) -> list[str]:
    """Do to the release's list what the owner has done to theirs."""
    added = [line for line in mine if line not in base]
    removed = [line for line in base if line not in mine]
    replaced = {_name(line) for line in added} - {""}
    kept = [line for line in theirs if line not in removed and _name(line) not in replaced]
    for line in added:
        place = next((i for i, other in enumerate(kept) if _name(other) > _name(line)), len(kept))
        kept.insert(place, line)
    return kept


def _name(line: str) -> str:
    found = NAME.match(line)
    return found[1].lower() if found else ""
