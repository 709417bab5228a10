"""What a template leaves to its caller, or to nobody who could read it beforehand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..tinybird.sql.templates import Part, as_python
from .quotes import CODE, LINE, place_after
from .tenant_parameter import TENANT
from .values import FUNCTIONS, Names, Verdict, is_value, item_names, judged, names_set

CHOSEN, UNREAD = "TENANT10", "LINT04"
_QUOTED = "{{{{ {} }}}} stands inside a text, a quoted name or a comment, which it can end: {}."
_OUTSIDE = "put it outside, as in concat('%', {{ String(word, '') }}, '%')"
# A name after one of these is no column that is read.
_NAMING = re.compile(r"\b(AS|FROM|JOIN|USING|WITH|WINDOW|OVER)[\s(]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a template that cannot be left as it is; `line` counts in the SQL of the node."""

    line: int
    rule: str
    sentence: str


def problems(parts: Sequence[Part]) -> tuple[Problem, ...]:
    """Find what a caller chooses and only an author may, and what hides a way through."""
    reader = _Reader(_names(parts))
    reader.read(parts, frozenset({CODE}))
    return tuple(dict.fromkeys([*reader.found, *_flow(parts)]))


@dataclass(slots=True)
class _Reader:
    names: Names
    found: list[Problem] = field(default_factory=list)
    before: str = ""

    def read(self, parts: Sequence[Part], places: frozenset[str]) -> frozenset[str]:
        """Read on from any of `places`; return those where `parts` may end."""
        branches: list[list[Part]] = [[]]
        for part in parts:
            if part.kind == "turn":
                branches.append([])
            branches[-1].append(part)
        ends = [self._read_one(branch, places) for branch in branches]
        return frozenset().union(*ends)

    def _read_one(self, parts: Sequence[Part], places: frozenset[str]) -> frozenset[str]:
        for part in parts:
            if part.kind == "text":
                self.before = part.text
                places = frozenset(place_after(part.text, place) for place in places)
            elif part.kind == "value":
                self._judge(part, places)
            elif part.kind == "block":
                once = self.read(part.body, places)
                places |= once | self.read(part.body, once)
        return places

    def _judge(self, part: Part, places: frozenset[str]) -> None:
        verdict = judged(part.text, self.names)
        if verdict.kind == "refused":
            self.found.append(Problem(part.line, CHOSEN, verdict.sentence))
        elif not places <= {CODE, LINE}:
            sentence = _QUOTED.format(part.text, _OUTSIDE)
            self.found.append(Problem(part.line, CHOSEN, sentence))
        elif verdict.kind == "column" and places == {CODE} and self._is_misplaced(verdict):
            sentence = (
                f"{{{{ {part.text} }}}} lets a caller choose a name where it decides whose rows are"
                " read: write the name itself."
            )
            self.found.append(Problem(part.line, CHOSEN, sentence))

    def _is_misplaced(self, verdict: Verdict) -> bool:
        if _NAMING.search(self.before):
            return True
        # What names a table before it cannot be wrapped, so it must not be the tenant.
        last = {name.rpartition(".")[2].lower() for name in verdict.columns}
        return TENANT in last


def _names(parts: Sequence[Part]) -> Names:
    trees = [tree for part in _all(parts) if (tree := _bound(part)) is not None]
    bound = frozenset(name for tree in trees for name in names_set(tree))
    names = Names(bound, bound)
    while lost := names.values & _unknown(trees, names):
        names = Names(names.values - lost, bound)
    return names


def _unknown(trees: Sequence[ast.stmt], names: Names) -> frozenset[str]:
    lost: set[str] = set()
    for tree in trees:
        if isinstance(tree, ast.For):
            lost |= set(names_set(tree.target)) - item_names(tree.target, tree.iter, names)
        elif not (isinstance(tree, ast.Assign) and is_value(tree.value, names)):
            lost |= set(names_set(tree))
    return frozenset(lost)


def _bound(part: Part) -> ast.stmt | None:
    is_loop = part.kind == "block" and part.text.startswith("for ")
    if part.kind != "statement" and not is_loop:
        return None
    body = ast.parse(as_python(part)).body
    return body[0] if body else None


def _flow(parts: Sequence[Part]) -> Iterator[Problem]:
    for part in _all(parts):
        if part.kind == "text":
            continue
        if part.kind == "block" and part.text.startswith(("try", "while ")):
            word = part.text.split()[0]
            yield Problem(part.line, UNREAD, f"Nobody can tell how a `{word}` ends: {_FLOW[word]}.")
        elif part.text in ("break", "continue"):
            sentence = f"A `{part.text}` hides what a loop leaves out: write it without."
            yield Problem(part.line, UNREAD, sentence)
        elif _rebinds(part):
            sentence = "A name of Tinybird's own is given to something else: choose another name."
            yield Problem(part.line, UNREAD, sentence)


_FLOW = {
    "try": "check the parameter in an {% if %} and refuse it with error()",
    "while": "write {% for %}",
}


def _rebinds(part: Part) -> bool:
    tree = ast.parse(as_python(part))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.NamedExpr)]
    return bool(named) or any(name in FUNCTIONS for name in names_set(tree))


def _all(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _all(part.body)
