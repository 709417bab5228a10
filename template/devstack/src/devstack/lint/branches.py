"""Every way through a template: each branch of each `{% if %}`, each loop up to two times."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..tinybird.sql.templates import Part, as_python
from .narrowing import is_narrowing
from .rewriting import marked, qualified
from .values import function_of, names_set

# Beyond so many combinations nobody waits; branches that only narrow a condition do not count.
MOST_WAYS = 256
FEW_WAYS = 64
MOST_ROUNDS = 4


class TooManyWays(ValueError):
    """The branches of a template have more combinations than the lint reads."""


@dataclass(frozen=True, slots=True)
class Path:
    """A template without blocks; `lines` are those of the branches that it takes."""

    template: str
    lines: frozenset[int] = frozenset()


def as_written(parts: Sequence[Part]) -> str:
    """Return a template as it is, its values marked."""
    return qualified("".join(map(_written, parts)))


def paths(parts: Sequence[Part]) -> tuple[Path, ...]:
    """Return the ways through a template; a branch that ends in `error()` answers nothing.

    Raises: TooManyWays.
    """
    found = _paths(parts, frozenset())
    return tuple(Path(qualified(path.template), path.lines) for path in found)


def _paths(parts: Sequence[Part], looped: frozenset[str]) -> tuple[Path, ...]:
    choices = [_alternatives(part, looped) for part in parts]
    if math.prod(map(len, choices)) <= FEW_WAYS:
        return tuple(dict.fromkeys(map(_joined, itertools.product(*choices))))
    wide = [[_widest(found)] if _is_narrow(found) else found for found in choices]
    if math.prod(map(len, wide)) > MOST_WAYS:
        raise TooManyWays
    # What only narrows is taken all together, not at all, and each alone.
    tight = [found[:1] if _is_narrow(found) else found for found in choices]
    combined = [*itertools.product(*tight), *itertools.product(*wide)]
    return tuple(dict.fromkeys([*map(_joined, combined), *_single(choices, wide)]))


def _single(choices: Sequence[Sequence[Path]], wide: Sequence[Sequence[Path]]) -> Iterator[Path]:
    first = [found[0] for found in wide]
    for index, found in enumerate(choices):
        for path in found if _is_narrow(found) else ():
            yield _joined([*first[:index], path, *first[index + 1 :]])


def _is_narrow(found: Sequence[Path]) -> bool:
    return len(found) > 1 and all(is_narrowing(path.template) for path in found)


def _widest(found: Sequence[Path]) -> Path:
    return min(found, key=lambda path: len(path.template.strip()))


def _joined(chosen: Sequence[Path]) -> Path:
    lines = frozenset(line for path in chosen for line in path.lines)
    return Path("".join(path.template for path in chosen), lines)


def _alternatives(part: Part, looped: frozenset[str]) -> tuple[Path, ...]:
    if part.kind == "block" and part.text.startswith("if "):
        taken = [path for line, branch in _branches(part) for path in _taken(line, branch, looped)]
        return tuple(dict.fromkeys(taken)) or (Path(""),)
    if part.kind == "block":
        return _rounds(part, looped)
    return (Path(_written(part, looped)),)


def _rounds(block: Part, looped: frozenset[str]) -> tuple[Path, ...]:
    named = frozenset(names_set(ast.parse(as_python(block))))
    bodies = [_paths(body, looped | named) for _, body in _turns(block)]
    once = tuple(dict.fromkeys(path for found in bodies for path in found))
    again = once if len(once) <= MOST_ROUNDS else once[:1]
    twice = (_joined(pair) for pair in itertools.product(once, again))
    return tuple(dict.fromkeys([*once, *twice, Path("")]))


def _taken(line: int, branch: Sequence[Part], looped: frozenset[str]) -> Iterator[Path]:
    if not any(part.kind == "value" and _refuses(part) for part in branch):
        for path in _paths(branch, looped):
            # An empty branch has nothing to read.
            yield Path(path.template, path.lines | {line} if branch else path.lines)


def _refuses(value: Part) -> bool:
    # Nothing but the call: `error() if x else y` answers where x is false.
    (statement,) = ast.parse(as_python(value)).body
    return isinstance(statement, ast.Expr) and function_of(statement.value) in (
        "error",
        "custom_error",
    )


def _branches(block: Part) -> list[tuple[int, list[Part]]]:
    branches = _turns(block)
    has_else = any(part.kind == "turn" and part.text == "else" for part in block.body)
    return branches if has_else else [*branches, (block.line, [])]


def _turns(block: Part) -> list[tuple[int, list[Part]]]:
    turns: list[tuple[int, list[Part]]] = [(block.line, [])]
    for part in block.body:
        if part.kind == "turn":
            turns.append((part.line, []))
        else:
            turns[-1][1].append(part)
    return turns


def _written(part: Part, looped: frozenset[str] = frozenset()) -> str:
    if part.kind == "text":
        return part.text
    if part.kind == "value":
        return marked(part.text, looped)
    if part.kind == "block":
        return "{% " + part.text + " %}" + "".join(map(_written, part.body)) + "{% end %}"
    if part.text in ("break", "continue"):
        # Reported: what comes after it is read all the same.
        return "" if looped else "{% " + part.text + " %}"
    return "{% " + ("" if part.kind == "turn" else "set ") + part.text + " %}"
