"""What templates refuse with texts of their own, by `error()` and `custom_error()`. No I/O."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import BadRequest, CustomError
from .templates import Part, as_python

# The arguments of both functions, in their order; observed with tinybird 5.0.2.
ARGUMENTS = ("s", "code")


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """An answer that a template can give instead of rows: an HTTP status and its `error`."""

    status: int
    text: str


def refusals(parts: Iterable[Part]) -> Iterator[Refusal]:
    """Find the refusals whose texts are constants, in every branch, whatever its condition.

    A text that is worked out from anything, a parameter above all, is none of them.
    """
    for part in parts:
        for node in ast.walk(ast.parse(as_python(part))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found = _refusal(node.func.id, _arguments(node))
                if found is not None:
                    yield found
        yield from refusals(part.body)


def _arguments(call: ast.Call) -> Mapping[str | None, ast.expr]:
    given: dict[str | None, ast.expr] = dict(zip(ARGUMENTS, call.args, strict=False))
    return given | {keyword.arg: keyword.value for keyword in call.keywords}


def _refusal(function: str, given: Mapping[str | None, ast.expr]) -> Refusal | None:
    # `**anything` stands under None, and could be any argument.
    if None in given or "s" not in given:
        return None
    if function == "error":
        text = _literal(given["s"])
        # An empty one is answered with the name of Python's exception.
        return Refusal(BadRequest.status, text) if isinstance(text, str) and text else None
    return _custom(given) if function == "custom_error" else None


def _custom(given: Mapping[str | None, ast.expr]) -> Refusal | None:
    code = _literal(given["code"]) if "code" in given else BadRequest.status
    raised = _raised(given["s"])
    if not isinstance(raised, str | dict) or not isinstance(code, int | str):
        return None
    if isinstance(code, bool) or not str(code).isdecimal():
        return None
    return Refusal(int(code), CustomError(raised, int(code)).error)


def _raised(node: ast.expr) -> object:
    """Return what is raised as far as its `error` goes: other fields may be worked out."""
    if not isinstance(node, ast.Dict):
        return _literal(node)
    entries = zip(node.keys, node.values, strict=True)
    fields = {_literal(key) if key else None: value for key, value in entries}
    if None not in fields and "error" in fields:
        return {"error": text} if (text := _literal(fields["error"])) is not None else None
    return _literal(node)


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
