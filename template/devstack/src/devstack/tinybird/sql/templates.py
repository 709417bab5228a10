"""Tinybird's own template engine and SQL rewriting (the only importer of them)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tinybird.sql_template import (
    RESERVED_PARAM_NAMES,
    SQLTemplateCustomError,
    SQLTemplateException,
    get_template_and_variables,
    get_var_names_and_types,
    render_sql_template,
)
from tinybird.sql_toolset import InvalidFunction, MissingResource
from tinybird.sql_toolset import replace_tables as tinybird_replace_tables
from tinybird.sql_toolset import sql_get_used_tables as tinybird_used_tables
from tinybird.tornado_template import (
    ParseError,
    Template,
    UnClosedIfError,
    _ChunkList,
    _ControlBlock,
    _Expression,
    _IntermediateControlBlock,
    _Statement,
    _Text,
)

from ..errors import DOCS, ApiError, BadRequest, CustomError, Forbidden
from .recursion import recursive_names

ParameterValue = str | list[str]
PartKind = Literal["text", "value", "block", "turn", "statement"]
# What each of the parser's nodes is, and where it keeps its text; observed with tinybird 5.0.2.
TemplatePart = _Text | _Expression | _ControlBlock | _IntermediateControlBlock | _Statement
PART_KINDS: Mapping[type[TemplatePart], tuple[PartKind, str]] = {
    _Text: ("text", "value"),
    _Expression: ("value", "expression"),
    _ControlBlock: ("block", "statement"),
    _IntermediateControlBlock: ("turn", "statement"),
    _Statement: ("statement", "statement"),
}
MOST_KEPT = 20_000
RESERVED = frozenset(RESERVED_PARAM_NAMES) | {"format"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a template uses; `type` is empty where it names none."""

    name: str
    type: str
    required: bool
    default: object
    description: str

    def merged(self, other: Parameter) -> Parameter:
        """Join two uses of one parameter: required if either is, the first default and text."""
        return Parameter(
            name=self.name,
            type=self.type or other.type,
            required=self.required or other.required,
            default=other.default if self.default is None else self.default,
            description=self.description or other.description,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template: a text, `{{ value }}`, `{% if %}` with its body, `{% else %}` ...

    `line` counts from 1 in the template's text.
    """

    kind: PartKind
    text: str
    line: int
    body: tuple[Part, ...] = ()


def render(
    sql: str,
    params: Mapping[str, ParameterValue],
    secrets: frozenset[str] = frozenset(),
    *,
    test_mode: bool = False,
) -> str:
    """Render a template that had its `%` stripped.

    Secrets come out as the query parameters `{name: String}`; the caller binds them.
    Raises: BadRequest: a parameter is missing or malformed, or the template calls `error()`.
        CustomError: the template calls `custom_error()`.
    """
    try:
        # The engine writes into the dict that it is given.
        return render_sql_template(
            sql, _copied(params), secrets=sorted(secrets), test_mode=test_mode
        )[0]
    except SQLTemplateException as error:
        path = error.documentation or "/cli/advanced-templates.html"
        raise BadRequest(str(error), DOCS + path) from error
    except SQLTemplateCustomError as error:
        raise CustomError(error.err, int(error.code)) from error
    except (ValueError, SyntaxError, TypeError, ParseError) as error:
        raise BadRequest(_plain(error)) from error


def parameters(sql: str) -> tuple[Parameter, ...]:
    """List the parameters of a template, in the order of their first use."""
    try:
        template, *_ = get_template_and_variables(sql, name=None)
        found = get_var_names_and_types(template)
    except (ValueError, SyntaxError, TypeError, ParseError) as error:
        raise BadRequest(_plain(error)) from error
    merged: dict[str, Parameter] = {}
    for entry in found:
        parameter = _parameter(entry)
        known = merged.get(parameter.name)
        merged[parameter.name] = known.merged(parameter) if known else parameter
    return tuple(merged.values())


def parts(sql: str) -> tuple[Part, ...]:
    """Split a template, without its `%`, as the engine's own parser does.

    Raises: BadRequest: it is no template that the engine accepts.
    """
    try:
        return _parts(Template(sql).file.body)
    except (ValueError, SyntaxError, TypeError, ParseError, UnClosedIfError) as error:
        raise BadRequest(_plain(error)) from error


def as_python(part: Part) -> str:
    """Return the Python of a part, its body aside, as a statement of its own; empty for a text."""
    if part.kind == "value":
        return f"({part.text})"
    if part.kind == "statement":
        return "" if part.text in ("break", "continue") else part.text
    if part.kind == "turn":
        condition = part.text.removeprefix("elif ")
        return f"if {condition}: pass" if condition != part.text else ""
    return f"{part.text}: pass" if part.kind == "block" and part.text != "try" else ""


def used_tables(sql: str) -> tuple[tuple[str, str], ...]:
    """List the (database, table) pairs that `sql` reads.

    Raises: BadRequest: not one SELECT.  Forbidden: it calls what reads beyond the workspace.
    """
    own = recursive_names(sql) | {""}
    return tuple(
        (entry[0], entry[1])
        for entry in _read(sql)
        if (entry[0] or entry[1] not in own) and not (len(entry) > 2 and entry[2])
    )


def replace_tables(sql: str, replacements: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    """Put a table, or a subquery in parentheses, in the place of each (database, table).

    Raises: BadRequest, Forbidden: as `used_tables`.
    """
    try:
        known = tuple(replacements.items())
        # What a caller can make arbitrarily long is not kept.
        replaced = _replaced if len(sql) < MOST_KEPT else _replaced.__wrapped__
        return replaced(sql, known)
    except (ValueError, TypeError) as error:
        raise _sql_refusal(error) from error


@lru_cache(maxsize=512)
def _replaced(sql: str, replacements: tuple[tuple[tuple[str, str], tuple[str, str]], ...]) -> str:
    return tinybird_replace_tables(sql, dict(replacements), check_functions=True)


def reads_table_functions(sql: str) -> bool:
    """Tell whether `sql` reads `numbers(...)`, `values(...)` or another table function.

    Raises: BadRequest, Forbidden: as `used_tables`.
    """
    return any(len(entry) > 2 and entry[2] for entry in _read(sql))


def _read(sql: str) -> Sequence[tuple[str, ...]]:
    try:
        return tinybird_used_tables(sql, raising=True, table_functions=True)
    except (ValueError, TypeError) as error:
        raise _sql_refusal(error) from error


@lru_cache(maxsize=4096)
def is_restricted(function: str) -> bool:
    """Tell whether Tinybird refuses a function, whether it is one of rows or of tables."""
    name = function.replace("\\", "\\\\").replace("`", "\\`")
    refusals = [_refusal(f"SELECT `{name}`()"), _refusal(f"SELECT * FROM `{name}`()")]
    return all(refusals) or any("is restricted" in refusal for refusal in refusals)


def _refusal(sql: str) -> str:
    try:
        tinybird_replace_tables(sql, {}, check_functions=True)
    except (ValueError, TypeError) as error:
        text = str(error)
        # Another complaint is one about its arguments: it may be called.
        return text if "is restricted" in text or "Unknown function" in text else ""
    return ""


def _parts(chunks: _ChunkList) -> tuple[Part, ...]:
    return tuple(_part(chunk) for chunk in chunks.chunks if isinstance(chunk, TemplatePart))


def _part(chunk: TemplatePart) -> Part:
    kind, text = PART_KINDS[type(chunk)]
    body = _parts(chunk.body) if isinstance(chunk, _ControlBlock) and chunk.body else ()
    return Part(kind, getattr(chunk, text), chunk.line, body)


def _copied(params: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
    return {name: list(one) if isinstance(one, list) else one for name, one in params.items()}


def _plain(error: Exception) -> str:
    return str(error) or type(error).__name__


def _sql_refusal(error: Exception) -> ApiError:
    message = str(error).removeprefix("DB::Exception: ")
    if isinstance(error, InvalidFunction):
        # Tinybird's hint to write to its support does not help here.
        return Forbidden(f"[Error] {message.split(' Contact ')[0]}")
    if isinstance(error, MissingResource):
        return BadRequest(message)
    return BadRequest(f"[Error] {message}")


def _parameter(entry: Mapping[str, object]) -> Parameter:
    return Parameter(
        name=str(entry["name"]),
        type=str(entry.get("type") or ""),
        required=bool(entry.get("required", False)),
        default=entry.get("default"),
        description=str(entry.get("description") or ""),
    )
