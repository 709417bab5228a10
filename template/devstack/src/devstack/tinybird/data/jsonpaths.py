"""JSONPaths of columns as SQL that extracts the text of a value. No I/O."""

from __future__ import annotations

import re

from ..errors import NotEmulated
from ..project.resources import Column
from ..sql.engine import literal

_STEP = re.compile(r"\.([^.\[\]]+)|\.?\['([^']+)'\]|\[(\d+)\]|(\[:\])")
# A tuple takes no element that is named by a number or by nothing.
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def steps(column: Column) -> list[str | int | None]:
    """Return the way to a column's value: keys, indexes from 0, None for `[:]`.

    Raises: NotEmulated: a JSONPath of another kind.
    """
    if column.jsonpath is None:
        return [column.name]
    found: list[str | int | None] = []
    rest = column.jsonpath.strip().removeprefix("$")
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise NotEmulated(f"the JSONPath {column.jsonpath}")
        found.append(match[1] or match[2] or (int(match[3]) if match[3] else None))
        rest = rest[match.end() :]
    return found


def is_whole(column: Column) -> bool:
    """Tell whether a column takes the whole document, as the text that was sent."""
    return column.jsonpath is not None and not steps(column) and "String" in column.type


def top_key(column: Column) -> str | None:
    """Return the key of the document where a column's value is, None for another place."""
    way = steps(column)
    key = way[0] if len(way) == 1 or way[1:] == [None] else None
    return key if isinstance(key, str) and _NAME.fullmatch(key) else None


def extraction(column: Column, document: str) -> str:
    """Return the SQL for the text of a column's value in `document`, NULL where it is missing.

    Raises: NotEmulated: a JSONPath that goes through more than one `[:]`.
    """
    way = steps(column)
    if None not in way:
        return _extract(document, way)
    at = way.index(None)
    before, after = way[:at], way[at + 1 :]
    if not after:
        return _extract(document, before)
    if None in after:
        raise NotEmulated(f"the JSONPath {column.jsonpath}")
    items = f"JSONExtractArrayRaw({_arguments(document, before)})"
    raw = f"JSONExtractRaw({_arguments('i', after)})"
    item = f"if(empty({raw}), 'null', {raw})"
    joined = f"concat('[', arrayStringConcat(arrayMap(i -> {item}, {items}), ','), ']')"
    return f"if(JSONType({_arguments(document, before)}) = 'Array', {joined}, NULL)"


def _extract(document: str, way: list[str | int | None]) -> str:
    if not way:
        return f"toNullable({document})"
    return f"JSONExtract({_arguments(document, way)}, 'Nullable(String)')"


def _arguments(document: str, way: list[str | int | None]) -> str:
    # ClickHouse counts from 1.
    known = (literal(step) if isinstance(step, str) else step for step in way if step is not None)
    return ", ".join([document, *(str(s + 1) if isinstance(s, int) else s for s in known)])
