"""What `policy.py` says, with its line numbers, for the lint of the data project."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypedDict


class ListedGrant(TypedDict):
    """A grant: its endpoint, the parameters that it fixes, and its line."""

    endpoint: str
    fixed: list[str]
    line: int


class ListedEndpoint(TypedDict):
    """A public endpoint, or one that guests may read, and its line."""

    endpoint: str
    line: int


class PolicyListing(TypedDict):
    """A policy; `file` as it was given."""

    file: str
    grants: list[ListedGrant]
    public: list[ListedEndpoint]
    guests: list[ListedEndpoint]


def list_policy(module: ModuleType, source: Path, file: str) -> PolicyListing:
    """List the grants of the owner's policy, and what visitors and guests may read.

    What the file works out instead of writing it down has line 1.
    """
    tree = ast.parse(source.read_text(encoding="utf-8"))
    granted = _lines(tree, "GRANTS")
    return {
        "file": file,
        "grants": [
            {
                "endpoint": grant.endpoint,
                "fixed": sorted(grant.fixed),
                "line": _next(granted, grant.endpoint),
            }
            for grant in module.GRANTS
        ],
        "public": _named(tree, "PUBLIC_ENDPOINTS", module.PUBLIC_ENDPOINTS),
        "guests": _named(tree, "GUEST_ENDPOINTS", getattr(module, "GUEST_ENDPOINTS", ())),
    }


def _named(tree: ast.Module, constant: str, names: Iterable[str]) -> list[ListedEndpoint]:
    lines = _lines(tree, constant)
    return [{"endpoint": name, "line": _next(lines, name)} for name in names]


def _next(lines: dict[str, list[int]], name: str) -> int:
    # Several grants of one endpoint stand in the order of the file.
    found = lines.get(name, [])
    return found.pop(0) if found else 1


def _lines(tree: ast.Module, constant: str) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = {}
    for text in _texts(_assigned(tree, constant)):
        lines.setdefault(str(text.value), []).append(text.lineno)
    return lines


def _assigned(tree: ast.Module, constant: str) -> Iterator[ast.expr]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if constant in targets:
                yield statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.target.id == constant and statement.value is not None:
                yield statement.value


def _texts(values: Iterable[ast.expr]) -> Iterator[ast.Constant]:
    for value in values:
        for entry in getattr(value, "elts", ()):
            text = _endpoint(entry) if isinstance(entry, ast.Call) else entry
            if isinstance(text, ast.Constant):
                yield text


def _endpoint(grant: ast.Call) -> ast.expr | None:
    named = (word.value for word in grant.keywords if word.arg == "endpoint")
    return grant.args[0] if grant.args else next(named, None)
