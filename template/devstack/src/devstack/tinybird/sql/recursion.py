"""The names that WITH RECURSIVE defines: Tinybird's toolset lists them as tables. No I/O."""

from __future__ import annotations

import re

_RECURSIVE = re.compile(r"\bWITH\s+RECURSIVE\b", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_DEFINITION = re.compile(
    r"(?:\b([A-Za-z_]\w*)|[`\"]([^`\"]+)[`\"])(?:\s*\([^()]*\))?\s+AS\s*\(", re.IGNORECASE
)


def recursive_names(sql: str) -> frozenset[str]:
    """Return the names that a query with WITH RECURSIVE defines; none without it.

    A name that is left out of a query's tables is never replaced by one, so it can only be what
    the query itself defines.
    """
    text = _LITERAL.sub("''", sql)
    if not _RECURSIVE.search(text):
        return frozenset()
    return frozenset(plain or marked for plain, marked in _DEFINITION.findall(text))
