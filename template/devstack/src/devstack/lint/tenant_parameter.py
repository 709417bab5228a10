"""How a template takes the parameter tenant_id: a required text, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..naming import TENANT
from ..tinybird.sql.templates import Part, as_python

RIGHT = "{{ String(tenant_id, required=True) }}"


@dataclass(frozen=True, slots=True)
class Misuse:
    """A use of tenant_id that is not a required text; `line` counts in the SQL of the node."""

    line: int
    sentence: str


def misuses(parts: Sequence[Part]) -> Iterator[Misuse]:
    """Find every use of tenant_id that could be left out, defaulted or given several times."""
    for part in parts:
        if part.kind != "text":
            for sentence in _sentences(part):
                yield Misuse(part.line, sentence)
        yield from misuses(part.body)


def _sentences(part: Part) -> Iterator[str]:
    tree = ast.parse(as_python(part))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _takes_tenant(node)]
    typed = {call.args[0] for call in calls}
    for problem in filter(None, map(_problem, calls)):
        yield f"{problem}: write {RIGHT}."
    if any(_is_tenant(node) and node not in typed for node in ast.walk(tree)):
        yield f"tenant_id is used without its type, so it may be missing: write {RIGHT}."
    # A condition may ask what it likes; what ends up in the SQL is the parameter and no more.
    if part.kind in ("value", "statement") and calls and not _stands_alone(tree, calls):
        yield f"tenant_id stands inside a longer expression: write {RIGHT}."


def is_tenant_text(node: ast.AST) -> bool:
    """Tell whether an expression is the text tenant_id itself; `misuses` says if it is required."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "String" and _takes_tenant(node)


def _stands_alone(tree: ast.Module, calls: list[ast.Call]) -> bool:
    (statement,) = tree.body
    outermost = getattr(statement, "value", None)
    if isinstance(outermost, ast.Call) and ast.unparse(outermost.func) == "sql_and":
        return all(call in [keyword.value for keyword in outermost.keywords] for call in calls)
    return outermost in calls


def _takes_tenant(call: ast.Call) -> bool:
    return bool(call.args) and _is_tenant(call.args[0])


def _problem(call: ast.Call) -> str | None:
    function = ast.unparse(call.func)
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if function == "defined":
        return "defined(tenant_id) lets a request leave it out"
    if function == "Array":
        return "An Array of tenant_id reads several tenants"
    if function != "String":
        return f"{function}(tenant_id) is no required text"
    if len(call.args) > 1 or "default" in named:
        return "tenant_id has a default"
    required = named.get("required")
    if not (isinstance(required, ast.Constant) and required.value is True):
        return "tenant_id is optional"
    return None


def _is_tenant(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == TENANT
