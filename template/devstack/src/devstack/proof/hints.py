"""What an endpoint's SQL treats specially in a parameter: it stands beside it."""

from __future__ import annotations

import re
from functools import cache

from .built import TENANT, BuiltProject, Endpoint, literals, names, whole_numbers

# A parameter stands in a tag of the template; what it is compared with stands in it or around it.
_TAG = re.compile(r"\{(?:\{|%).*?(?:%|\})\}", re.DOTALL)
_SET = re.compile(r"\{%\s*set\s+(\w+)\s*=")
_BESIDE = re.compile(rf"[^\n]{{0,60}}\b{TENANT}\b[^\n]{{0,30}}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_AROUND = 80
_CHOOSING = frozenset({"table", "column", "columns", "symbol", "sql_unescape"})
_TYPES = frozenset({"String", "Int32", "Int64", "UInt64", "Float64", "Date", "DateTime"})


def hints(project: BuiltProject, endpoint: Endpoint, parameter: str) -> tuple[str, ...]:
    """Return texts and numbers beside a parameter, and names where it chooses among them."""
    found: set[str] = set()
    for text in _mentions(project, endpoint, parameter):
        called = set(names(text))
        found |= literals(text) - _TYPES - {parameter}
        found |= {str(n + d) for n in whole_numbers(text) for d in (-1, 0, 1)}
        if _CHOOSING & called:
            found |= {*tables(project), *_completions(project, text)}
        found |= set(columns(project)) if _CHOOSING & called - {"table"} else set()
    return tuple(sorted(found))


def _completions(project: BuiltProject, text: str) -> set[str]:
    # What makes a table's name of a text that stands there.
    begun = ((name, part) for name in tables(project) for part in literals(text))
    return {name[len(part) :] for name, part in begun if name.startswith(part)} - {""}


def chooses(project: BuiltProject, endpoint: Endpoint, parameter: str) -> bool:
    """Tell whether the parameter may stand for a table or a column."""
    mentions = _mentions(project, endpoint, parameter)
    return any(not _CHOOSING.isdisjoint(names(text)) for text in mentions)


def tables(project: BuiltProject) -> tuple[str, ...]:
    """Return the names of tenant tables."""
    return tuple(sorted(table.name for table in project.tables.values() if table.has_tenant))


def columns(project: BuiltProject) -> tuple[str, ...]:
    """Return the names of their columns."""
    return tuple(sorted({c.name for name in tables(project) for c in project.tables[name].columns}))


def named_tenants(project: BuiltProject) -> tuple[str, ...]:
    """Return the texts beside the tenant's column: rows may be written in their name."""
    found: set[str] = set()
    for pipe in project.pipes.values():
        for node in pipe.nodes:
            for text in _BESIDE.findall(node.sql):
                found |= literals(text) - _TYPES
    return tuple(sorted(text for text in found if _ID.fullmatch(text)))


def _mentions(project: BuiltProject, endpoint: Endpoint, parameter: str) -> list[str]:
    behind = project.nodes_behind(endpoint.name)
    return [text for node in behind for text in _mentions_in(node.sql, parameter)]


@cache
def _mentions_in(sql: str, parameter: str) -> tuple[str, ...]:
    known, found = {parameter}, []
    for tag in _TAG.finditer(sql):
        if not known.isdisjoint(names(tag[0])):
            # What is set from it is the parameter under another name.
            known |= set(_SET.findall(tag[0]))
            found.append(sql[max(0, tag.start() - _AROUND) : tag.end() + _AROUND])
    return tuple(found)
