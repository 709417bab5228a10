"""The SETTINGS that a query ends with. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping

# The toolset puts each clause at the start of a line, and refuses what a caller may not set.
_CLAUSE = re.compile(r"^SETTINGS\s+(?P<settings>[^\n]+)\s*\Z", re.MULTILINE)
_SETTING = re.compile(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s,']+)")


def split_settings(sql: str) -> tuple[str, Mapping[str, str]]:
    """Return a query without the SETTINGS at its end, and those by name, as SQL writes them.

    ClickHouse takes no second clause after one that makes a query read-only.
    """
    match = _CLAUSE.search(sql)
    if match is None:
        return sql, {}
    return sql[: match.start()], dict(_SETTING.findall(match["settings"]))
