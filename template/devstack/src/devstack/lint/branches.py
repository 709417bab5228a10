"""Every way through a template: each branch of each `{% if %}` is written out once at least."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..tinybird.templates import Part

# Beyond so many combinations each branch is taken once, with the first of all others.
MOST_PATHS = 64
REFUSALS = ("error(", "custom_error(")
LOOPS = ("for ", "while ")


@dataclass(frozen=True, slots=True)
class Path:
    """A template without `{% if %}`; `lines` are those of the branches that it takes."""

    template: str
    lines: frozenset[int] = frozenset()


def paths(parts: Sequence[Part]) -> tuple[Path, ...]:
    """Return the ways through a template; a branch that ends in `error()` answers nothing."""
    choices = [_alternatives(part) for part in parts]
    if math.prod(map(len, choices)) <= MOST_PATHS:
        return tuple(dict.fromkeys(map(_joined, itertools.product(*choices))))
    first = [alternatives[0] for alternatives in choices]
    single = [
        _joined([*first[:index], path, *first[index + 1 :]])
        for index, alternatives in enumerate(choices)
        for path in alternatives
    ]
    return tuple(dict.fromkeys([*single, _joined([found[-1] for found in choices])]))


def _joined(chosen: Sequence[Path]) -> Path:
    lines = frozenset(line for path in chosen for line in path.lines)
    return Path("".join(path.template for path in chosen), lines)


def _alternatives(part: Part) -> tuple[Path, ...]:
    if part.kind == "block" and part.text.startswith(LOOPS):
        inside = paths(part.body)
        looped = (Path(_block(part, path.template), path.lines) for path in inside)
        return (*looped, Path(""))
    if part.kind == "block" and part.text.startswith("if "):
        taken = [path for line, branch in _branches(part) for path in _taken(line, branch)]
        return tuple(taken) or (Path(""),)
    return (Path(_written(part)),)


def _taken(line: int, branch: Sequence[Part]) -> Iterator[Path]:
    if not any(part.kind == "value" and part.text.startswith(REFUSALS) for part in branch):
        for path in paths(branch):
            # An empty branch has nothing to read.
            yield Path(path.template, path.lines | {line} if branch else path.lines)


def _branches(block: Part) -> list[tuple[int, list[Part]]]:
    branches: list[tuple[int, list[Part]]] = [(block.line, [])]
    has_else = False
    for part in block.body:
        if part.kind == "turn":
            has_else = has_else or part.text == "else"
            branches.append((part.line, []))
        else:
            branches[-1][1].append(part)
    return branches if has_else else [*branches, (block.line, [])]


def _block(block: Part, body: str) -> str:
    return "{% " + block.text + " %}" + body + "{% end %}"


def _written(part: Part) -> str:
    if part.kind == "text":
        return part.text
    if part.kind == "value":
        return "{{ " + part.text + " }}"
    if part.kind == "block":
        return _block(part, "".join(map(_written, part.body)))
    keyword = "" if part.kind == "turn" or part.text in ("break", "continue") else "set "
    return "{% " + keyword + part.text + " %}"
