"""What SQL names in the places where Tinybird's toolset does not look. No I/O.

It lists neither the tables nor the functions of a window, of APPLY, of the arguments of a table
function and of the `...IgnoreSet` functions; observed with tinybird 5.0.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import BadRequest, Forbidden
from ..sql.templates import is_restricted, reads_table_functions, replace_tables, used_tables

_UNSEEN = re.compile(r"\b(?:OVER|WINDOW|APPLY)\b|IgnoreSet\(")
# The toolset writes a call without a space before its parenthesis, and no comments.
_NAME = re.compile(
    r"'(?:[^'\\]|\\.)*'|(?P<applied>APPLY )?"
    r"(?:`(?P<quoted>(?:[^`\\]|\\.)*)`|(?P<bare>[A-Za-z_]\w*))(?P<after>[.(]| ->)?",
    re.DOTALL,
)
# Our own databases carry 32 hex digits; the rest is ClickHouse's.
_DATABASE = re.compile(
    r"system|information_schema|default|tinybird|\w+_[0-9a-f]{32}", re.IGNORECASE
)

# Written like calls, but no functions.
_HARMLESS = frozenset({"columns", "in", "interval"})


def refuse_hidden(sql: str) -> None:
    """Refuse SQL that reads a database or calls a restricted function out of the toolset's sight.

    Args: sql: as its author wrote it, before its tables are replaced.
    Raises: BadRequest, Forbidden.
    """
    text = replace_tables(sql, {})
    if not _UNSEEN.search(text) and not reads_table_functions(sql):
        return
    # What the toolset does list is answered for where it is replaced.
    listed = {pair: ("", "listed") for pair in used_tables(sql) if pair[0]}
    for name, is_called in _names(replace_tables(sql, listed)):
        if is_called and name.lower() not in _HARMLESS and is_restricted(name):
            raise Forbidden(f"[Error] Usage of function {name} is restricted.")
        if not is_called and _DATABASE.fullmatch(name):
            raise BadRequest(f"[Error] '{name}' cannot be read in this place.")


def _names(text: str) -> Iterator[tuple[str, bool]]:
    # Only what is called or qualifies another name.
    for match in _NAME.finditer(text):
        name = match["bare"] or match["quoted"]
        if match["after"] == "." or (match["applied"] and not match["after"]):
            yield name, not match["after"]
        elif match["after"] == "(":
            yield name, True
