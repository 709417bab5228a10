"""Branches that cannot widen what a query reads, whatever the other branches do."""

from __future__ import annotations

import re
from functools import lru_cache

from .quotes import CODE, bare, place_after

_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CONDITION = re.compile(r"\s*AND\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
# What ends a condition, or changes the meaning of what stands beside it.
_MORE = re.compile(
    r"\b(OR|XOR|AS|WHERE|PREWHERE|GROUP|HAVING|QUALIFY|ORDER|LIMIT|OFFSET|UNION|EXCEPT|INTERSECT"
    r"|SELECT|FROM|JOIN|ON|USING|WINDOW|SETTINGS|FORMAT|BETWEEN|CASE|THEN|ELSE|END)\b"
    r"|[?:;,()\[\]{}]|->",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"(\b(AND|NOT|IN|LIKE|ILIKE|IS|DIV|MOD|INTERVAL|GLOBAL)|[<=>!+*/%|-])\s*$", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bBETWEEN\b.+?\bAND\b", re.IGNORECASE | re.DOTALL)
_NAMES_TENANT = re.compile(r"\bAS\s+[`\"]?tenant_id\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_narrowing(template: str) -> bool:
    """Tell whether a piece of a template is empty or `AND` one whole condition."""
    if not template.strip():
        return True
    text = _VALUE.sub("0", template)
    if "{%" in text or "--" in text or "/*" in text or place_after(text) != CODE:
        return False
    found = _CONDITION.match(bare(text))
    if found is None or _NAMES_TENANT.search(text):
        return False
    rest = found["rest"]
    while (fewer := _BRACKETS.sub(" 0 ", rest)) != rest:
        rest = fewer
    rest = _BETWEEN.sub("=", rest)
    return bool(rest.strip()) and not _MORE.search(rest) and not _UNFINISHED.search(rest)
