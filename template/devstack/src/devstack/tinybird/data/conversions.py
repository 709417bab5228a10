"""ClickHouse expressions that turn the text of a JSON value into a column's type, exactly.

ClickHouse's own readers wrap integers around and fill in defaults; Tinybird quarantines the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import NotEmulated
from ..project.resources import Column
from ..sql.engine import literal

_CALL = re.compile(r"^(\w+)\((.*)\)$", re.DOTALL)
_ENUM_NAME = re.compile(r"'((?:[^'\\]|\\.)*)'\s*=")
# A date, optionally with a time, or the seconds or milliseconds since 1970.
_MOMENT = r"^(\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}.*)?|\\d{9,}(\\.\\d+)?)$"
_INTEGER = re.compile(r"^U?Int(8|16|32|64|128|256)$")


@dataclass(frozen=True, slots=True)
class Conversion:
    """SQL for one column: its value, and whether the value fits (1 or 0)."""

    value: str
    fits: str


def convert(column: Column, text: str) -> Conversion:
    """Return the conversion of `text`, an expression of type Nullable(String).

    NULL, or a key that is missing, fits where the column is nullable or has a default.
    Raises: NotEmulated: rows of this type cannot be ingested here.
    """
    kind, inner = split(bare(column.type))
    optional = column.nullable or has_default(column)
    absent = f"{text} IS NULL" if optional else "0"
    if kind in ("Array", "Map", "Tuple"):
        value, fits = _composite(kind, inner, bare(column.type), text)
        if has_default(column):
            value = f"if({text} IS NULL, {_default(column)}, {value})"
        return Conversion(value, f"({absent} OR {fits})")
    value = scalar(kind, inner, text)
    return Conversion(value, f"({absent} OR ({value}) IS NOT NULL)")


def scalar(kind: str, inner: str, text: str) -> str:
    """Return an expression of a nullable type that is NULL where `text` does not fit."""
    whole = f"{kind}({inner})" if inner else kind
    if kind == "String":
        return text
    if kind == "UInt8":
        return (
            f"multiIf({text} = 'true', 1, {text} = 'false', 0, accurateCastOrNull({text}, 'UInt8'))"
        )
    if kind in ("Date", "Date32"):
        return _date(kind, text)
    if kind in ("DateTime", "DateTime64"):
        return _moment(kind, inner, text)
    if kind in ("Enum", "Enum8", "Enum16"):
        names = ", ".join(f"'{name}'" for name in _ENUM_NAME.findall(inner))
        return f"CAST(if({text} IN ({names}), {text}, NULL), {literal(f'Nullable({whole})')})"
    if kind == "JSON":
        return f"if(isValidJSON(ifNull({text}, '')), {text}, NULL)"
    if kind in _CASTABLE or _INTEGER.match(kind):
        return f"accurateCastOrNull({text}, {literal(whole)})"
    raise NotEmulated(f"ingestion into a column of type {whole}")


_CASTABLE = frozenset(
    {
        *("Float32", "Float64", "Bool", "UUID", "IPv4", "IPv6", "FixedString", "Decimal"),
        *("Decimal32", "Decimal64", "Decimal128", "Decimal256", "BFloat16"),
    }
)


def _composite(kind: str, inner: str, whole: str, text: str) -> tuple[str, str]:
    known = f"ifNull({text}, '')"
    if kind == "Array":
        return _array(inner, text)
    fits = f"(JSONType({known}) = 'Object')" if kind == "Map" else f"({text} IS NOT NULL)"
    return f"JSONExtract({known}, {literal(whole)})", fits


def _array(inner: str, text: str, depth: int = 0) -> tuple[str, str]:
    known = f"ifNull({text}, '')"
    element = f"e{depth}"
    kind, argument = split(bare(inner))
    if kind == "Array":
        value, fits = _array(argument, element, depth + 1)
    elif kind in ("Map", "Tuple"):
        value, fits = _composite(kind, argument, bare(inner), element)
    else:
        value = scalar(kind, argument, element)
        fits = f"({value}) IS NOT NULL"
        if "Nullable(" in inner:
            fits = f"({element} IS NULL OR {fits})"
        else:
            value = f"assumeNotNull({value})"
    items = f"JSONExtract({known}, 'Array(Nullable(String))')"
    return (
        f"arrayMap({element} -> {value}, {items})",
        f"(JSONType({known}) = 'Array' AND arrayAll({element} -> {fits}, {items}))",
    )


def _date(kind: str, text: str) -> str:
    # to{Date}OrNull takes a 13th month for 1970-01-01, so the result is compared.
    parsed = f"to{kind}OrNull({text})"
    return f"if(toString({parsed}) = {text}, {parsed}, NULL)"


def _moment(kind: str, inner: str, text: str) -> str:
    arguments = [part.strip() for part in inner.split(",") if part.strip()]
    if kind == "DateTime":
        call = f"parseDateTimeBestEffortOrNull({', '.join([text, *arguments])})"
    else:
        call = f"parseDateTime64BestEffortOrNull({', '.join([text, *(arguments or ['3'])])})"
    return f"if(match(ifNull({text}, ''), '{_MOMENT}'), {call}, NULL)"


def bare(type_: str) -> str:
    kind, inner = split(type_)
    if kind in ("Nullable", "LowCardinality"):
        return bare(inner)
    if kind == "SimpleAggregateFunction":
        return bare(inner.partition(",")[2].strip())
    return type_.strip()


def split(type_: str) -> tuple[str, str]:
    match = _CALL.match(type_.strip())
    return (match[1], match[2]) if match else (type_.strip(), "")


def has_default(column: Column) -> bool:
    return bool(column.default and column.default.upper().startswith("DEFAULT "))


def _default(column: Column) -> str:
    return (column.default or "")[len("DEFAULT ") :]
