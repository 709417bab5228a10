"""What `{{ expression }}` puts into the SQL: a value, a column of the caller's choice, or more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# The functions of Tinybird's templates that check a parameter and write one literal of SQL.
# https://www.tinybird.co/docs/forward/work-with-data/query-parameters
_INTEGERS = [f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64, 128, 256)]
TYPES = frozenset(
    {"String", "Boolean", "Date", "DateTime", "DateTime64", "Float32", "Float64", *_INTEGERS}
)
_NUMBERS = frozenset(
    {"len", "int", "float", "defined", "day_diff"}
    | {f"date_diff_in_{unit}" for unit in ("seconds", "minutes", "hours", "days")}
)
_NAMING = frozenset({"table", "TABLE", "symbol"})
_HINTS = frozenset({"max_threads", "backend_hint", "cache_ttl", "activate", "disable"})
_SECRETS = frozenset({"tb_secret", "tb_var"})
_REFUSING = frozenset({"error", "custom_error"})
_LISTS = frozenset({"JSON", "split_to_array", "enumerate_with_last", "list"})
_COLUMNS = frozenset({"column", "columns"})
FUNCTIONS = (
    TYPES
    | _NUMBERS
    | _NAMING
    | _HINTS
    | _SECRETS
    | _REFUSING
    | _LISTS
    | _COLUMNS
    | {
        *("Array", "sql_and", "sql_unescape", "min", "max", "Int", "Integer", "range", "enumerate"),
    }
)
BRANCH = "{% if String(choice, 'a') == 'a' %} ... {% else %} ... {% end %}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an expression writes; `sentence` says why and how to fix it where it is `refused`.

    `columns`: those that stand there unless the caller chooses others.
    """

    kind: Literal["value", "column", "refused"]
    sentence: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of a template: those that hold one value each, and all that it sets."""

    values: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()


VALUE = Verdict("value")


def judged(text: str, names: Names) -> Verdict:
    """Say what `{{ text }}` writes.

    Args: names: the variables of the template.
    """
    try:
        expression = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return _refused(text, "cannot be read", "write one parameter with its type")
    if isinstance(expression, ast.Call) and (special := _special(expression, text)):
        return special
    if is_value(expression, names):
        return VALUE
    if isinstance(expression, ast.Name):
        fix = f"write {{{{ String({text}) }}}}"
        return _refused(text, "has no type, so that a caller may give a list of names", fix)
    return _refused(
        text,
        "may write more than one value",
        "put each value into a type, as in {{ String(word) }}",
    )


def is_value(node: ast.expr, names: Names) -> bool:
    """Tell whether an expression writes a single literal, whatever a caller sends."""
    match node:
        case ast.Constant() | ast.JoinedStr() | ast.Compare():
            return True
        case ast.Name():
            return node.id in names.values
        case ast.Call():
            return _is_value_call(node, names)
        case ast.BinOp():
            return is_value(node.left, names) and is_value(node.right, names)
        case ast.UnaryOp():
            return isinstance(node.op, ast.Not) or is_value(node.operand, names)
        case ast.BoolOp():
            return all(is_value(value, names) for value in node.values)
        case ast.IfExp():
            return is_value(node.body, names) and is_value(node.orelse, names)
        case ast.Subscript():
            return _is_item(node, names)
    return False


def item_names(target: ast.expr, iterated: ast.expr, names: Names) -> frozenset[str]:
    """Return the names of a loop's `target` that hold a value each."""
    named = frozenset(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    return named if _has_values(iterated, names) else frozenset()


def function_of(node: ast.AST) -> str:
    """Return the name of the function that an expression calls; empty if it is no call of one."""
    is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return node.func.id if is_named else ""


def _special(call: ast.Call, text: str) -> Verdict | None:
    function = function_of(call)
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if all(isinstance(argument, ast.Constant) for argument in arguments):
        return VALUE if function in _NAMING | _HINTS | _SECRETS | _COLUMNS else None
    if function in _HINTS and all(function_of(argument) in _INTEGERS for argument in arguments):
        return VALUE
    if function in _NAMING:
        return _refused(text, "lets a caller choose a name", f"write each in {BRANCH}")
    if function in _HINTS | _SECRETS:
        fix = f"write a constant, such as {function}(4)" if function == "max_threads" else ""
        return _refused(text, "lets a caller write into it", fix or "write a constant")
    if function in _COLUMNS:
        return _choice(call, function, text)
    return None


def _choice(call: ast.Call, function: str, text: str) -> Verdict:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    default = call.args[1] if len(call.args) > 1 else named.get("default")
    if not isinstance(default, ast.Constant) or not isinstance(default.value, str):
        fix = f"give {function}() a constant as its default"
        return _refused(text, "names columns that nobody knows beforehand", fix)
    if len(call.args) > 2 or "fn" in named:
        return _refused(text, "lets a caller name the results", f"write each in {BRANCH}")
    names = default.value.split(",") if function == "columns" else [default.value]
    return Verdict("column", columns=tuple(name.strip() for name in names))


def _is_value_call(call: ast.Call, names: Names) -> bool:
    if isinstance(call.func, ast.Attribute):
        return _is_text_method(call.func, names)
    function = function_of(call)
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if function in TYPES or function in _REFUSING:
        return True
    if function == "Array":
        return _is_list_of_values(call, names)
    if function == "sql_unescape":
        return all(isinstance(argument, ast.Constant) for argument in arguments[1:])
    if function in _NUMBERS:
        return all(is_value(k.value, names) for k in call.keywords if k.arg == "default")
    if function in ("sql_and", "min", "max"):
        return all(is_value(argument, names) for argument in arguments)
    return function in _SECRETS and all(isinstance(entry, ast.Constant) for entry in arguments)


def _is_text_method(method: ast.Attribute, names: Names) -> bool:
    if method.attr == "join":
        return isinstance(method.value, ast.Constant)
    return method.attr in ("replace", "lower", "upper", "strip") and is_value(method.value, names)


def _is_list_of_values(call: ast.Call, names: Names) -> bool:
    # An Array without a type keeps what a JSON text holds as it is.
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    type_ = call.args[1] if len(call.args) > 1 else named.get("_type")
    if type_ is None:
        first = call.args[0] if call.args else None
        return isinstance(first, ast.Name) and first.id not in names.bound - names.values
    return isinstance(type_, ast.Constant) and type_.value in TYPES


def _is_item(node: ast.Subscript, names: Names) -> bool:
    if function_of(node.value) == "split_to_array":
        return not isinstance(node.slice, ast.Slice)
    return is_value(node.value, names)


def _has_values(iterated: ast.expr, names: Names) -> bool:
    if isinstance(iterated, ast.List | ast.Tuple):
        return all(is_value(entry, names) for entry in iterated.elts)
    function = function_of(iterated)
    if isinstance(iterated, ast.Call) and function in ("enumerate", "enumerate_with_last"):
        return bool(iterated.args) and _has_values(iterated.args[0], names)
    if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Attribute):
        return iterated.func.attr == "split" and is_value(iterated.func.value, names)
    return function in ("split_to_array", "range", "Array")


def _refused(text: str, why: str, fix: str) -> Verdict:
    return Verdict("refused", f"{{{{ {' '.join(text.split())} }}}} {why}: {fix}.")


def names_set(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a statement of a template binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
