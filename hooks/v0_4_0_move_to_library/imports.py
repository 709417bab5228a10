"""Imports of what has moved, rewritten; and those that name nothing any more."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from moves import ROOTS, Moves, file_of

Line = tuple[int, str]


def rewritten(text: str, name: str, moves: Moves) -> str:
    """Return a moved module's text, all that it imports of this project named as it is now.

    `name` is the path that it had. A text that is no Python stays as it is.
    """
    lines = text.split("\n")
    for node in reversed(_imports(text)):
        new = _anew(node, lines, name, moves.modules)
        if new is None and isinstance(node, ast.ImportFrom) and node.level:
            new = _from(node, lines, _module(node, name))
        lines[node.lineno - 1 : node.end_lineno] = new or lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines)


def mended(text: str, name: str, moves: Moves) -> str:
    """Return a module of the owner's, each import that finds nothing any more from its new home."""
    lines = text.split("\n")
    for node in reversed(_imports(text)):
        gone = {
            module: moves.modules[module]
            for wanted, names in _asked(node, name)
            for module in (wanted, *(f"{wanted}.{what}" for what in names))
            if module in moves.modules and _is_gone(module, names if module == wanted else [])
        }
        new = _anew(node, lines, name, gone)
        lines[node.lineno - 1 : node.end_lineno] = new or lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines)


def _is_gone(module: str, names: list[str]) -> bool:
    # Another file may have taken its place: then the names tell which one is meant.
    path = file_of(module)
    return path is None or (bool(names) and not any(_is_defined(name, path) for name in names))


def dead(text: str, name: str, is_ours: Callable[[str], bool]) -> list[Line]:
    """Return the imports of this project's modules that find nothing: line, and what is missed."""
    found = []
    for node in _imports(text):
        for module, names in _asked(node, name):
            if is_ours(module):
                found += [(node.lineno, what) for what in _missing(module, names)]
    return found


def unbound(text: str) -> set[str]:
    """Return the names that a module uses and binds nowhere."""
    tree = ast.parse(text)
    bound = _bound(tree)
    if "*" in bound:
        return set()
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used - bound - set(dir(builtins)) - {"__file__", "__package__", "__path__"}


def _bound(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return names


def _imports(text: str) -> list[ast.Import | ast.ImportFrom]:
    try:
        nodes = ast.walk(ast.parse(text))
    except (SyntaxError, ValueError):
        return []
    found = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return sorted(found, key=lambda node: node.lineno)


def _anew(
    node: ast.Import | ast.ImportFrom, lines: list[str], name: str, homes: dict[str, str]
) -> list[str] | None:
    if isinstance(node, ast.Import):
        return _module_anew(node, lines, homes)
    module = _module(node, name)
    if module in homes:
        return _from(node, lines, homes[module])
    return _parts_anew(node, lines, module, homes)


def _from(node: ast.ImportFrom, lines: list[str], module: str) -> list[str]:
    old = lines[node.lineno - 1 : node.end_lineno]
    return [re.sub(r"from\s+[\w.]+\s+import", f"from {module} import", old[0], count=1), *old[1:]]


def _module_anew(node: ast.Import, lines: list[str], homes: dict[str, str]) -> list[str] | None:
    # `import a.b` alone binds `a`: its uses would have to change, so that it is named instead.
    alias = node.names[0]
    if len(node.names) != 1 or alias.asname is None or alias.name not in homes:
        return None
    return [lines[node.lineno - 1].replace(alias.name, homes[alias.name], 1)]


def _parts_anew(
    node: ast.ImportFrom, lines: list[str], module: str, homes: dict[str, str]
) -> list[str] | None:
    moved = [alias for alias in node.names if f"{module}.{alias.name}" in homes]
    before, after = _around(node, lines)
    # Another statement in that line would go with it.
    if not moved or before.strip() or after.strip()[:1] not in ("", "#"):
        return None
    new = [before + _part(alias, homes[f"{module}.{alias.name}"]) for alias in moved]
    stays = ", ".join(ast.unparse(alias) for alias in node.names if alias not in moved)
    if stays:
        new.append(f"{before}from {'.' * node.level}{node.module or ''} import {stays}")
    return [*new[:-1], new[-1] + after]


def _part(alias: ast.alias, home: str) -> str:
    room, _, last = home.rpartition(".")
    bound = alias.asname or alias.name
    return f"from {room} import {last}" + (f" as {bound}" if bound != last else "")


def _around(node: ast.ImportFrom, lines: list[str]) -> tuple[str, str]:
    first, last = lines[node.lineno - 1].encode(), lines[(node.end_lineno or 0) - 1].encode()
    return first[: node.col_offset].decode(), last[node.end_col_offset :].decode()


def _asked(node: ast.Import | ast.ImportFrom, name: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, []) for alias in node.names)
    else:
        yield _module(node, name), [alias.name for alias in node.names]


def _module(node: ast.ImportFrom, name: str) -> str:
    if not node.level:
        return node.module or ""
    root = next((root for root in ROOTS if name.startswith(root)), "")
    folder = name.removeprefix(root).split("/")[: -node.level]
    return ".".join([*folder, *([node.module] if node.module else [])])


def _missing(module: str, names: list[str]) -> list[str]:
    path = file_of(module)
    if path is None:
        # A folder without `__init__.py` is a package as well, of the modules in it.
        inside = [f"{module}.{what}" for what in names]
        return [what for what in inside if file_of(what) is None] if names else [module]
    wanted = [f"{module}.{what}" for what in names if not _is_defined(what, path)]
    return [what for what in wanted if file_of(what) is None]


def _is_defined(name: str, path: Path) -> bool:
    """Tell whether a module has a name; one that cannot be read might have any."""
    try:
        bound = _bound(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return True
    return name == "*" or bool({name, "*", "__getattr__"} & bound)
