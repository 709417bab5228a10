"""Few rows of everyday values are looked at here, and stored by ClickHouse's own reader.

The statements of `ingest` take some milliseconds to plan, however few the rows are. A row is plain
where ClickHouse reads each of its values to what `conversions` makes of it. A row that is not plain
is not bad for that: the statements say what it is. No I/O.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ..errors import NotEmulated
from ..project.resources import Column, Datasource
from .conversions import bare, has_default, split
from .ingest import insertable
from .jsonpaths import steps

# From here on the statements are faster.
MOST_ROWS = 500
_INTEGER = re.compile(r"(U?)Int(8|16|32|64)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d)?", re.ASCII
)
# Every type of a date or a time holds these, in any time zone.
_YEARS = range(1971, 2105)
_Check = Callable[[object], bool]


class _NotPlain(Exception):
    """A value is to be converted by the statements."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    way: tuple[str, ...]
    accepts: _Check
    nullable: bool
    has_default: bool


def plain_rows(datasource: Datasource, lines: list[bytes]) -> str | None:
    """Return `lines` as rows of the columns, for JSONEachRow; None where one is not plain."""
    if len(lines) > MOST_ROWS:
        return None
    fields = _fields(insertable(datasource))
    if fields is None:
        return None
    try:
        return "\n".join(_row(fields, line) for line in lines)
    except (_NotPlain, ValueError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _fields(columns: tuple[Column, ...]) -> tuple[_Field, ...] | None:
    fields = [_field(column) for column in columns]
    return tuple(field for field in fields if field) if all(fields) else None


def _field(column: Column) -> _Field | None:
    try:
        way = steps(column)
    except NotEmulated:
        return None
    if way[-1:] == [None]:
        way = way[:-1]
    keys = tuple(step for step in way if isinstance(step, str))
    accepts = _check(column.type)
    if not keys or len(keys) < len(way) or accepts is None:
        return None
    # An array is never NULL itself.
    nullable = column.nullable and split(bare(column.type))[0] != "Array"
    return _Field(column.name, keys, accepts, nullable, has_default(column))


def _row(fields: Iterable[_Field], line: bytes) -> str:
    document = json.loads(
        line.decode(), object_pairs_hook=_object, parse_float=_float, parse_constant=_refuse
    )
    if not isinstance(document, dict):
        raise _NotPlain
    row = {}
    for field in fields:
        value = _value(document, field.way)
        if value is not None and field.accepts(value):
            row[field.name] = value
        elif value is None and field.nullable:
            row[field.name] = None
        elif value is not None or not field.has_default:
            raise _NotPlain
    text = json.dumps(row, ensure_ascii=False)
    # Half a surrogate pair is no text.
    text.encode()
    return text


def _value(document: object, way: tuple[str, ...]) -> object:
    for key in way:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    # ClickHouse takes the first of two values of a key.
    if len(found) < len(pairs):
        raise _NotPlain
    return found


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotPlain
    return number


def _refuse(text: str) -> object:
    raise _NotPlain


def _check(type_: str) -> _Check | None:
    kind, inner = split(bare(type_))
    if kind == "Array":
        item = _check(inner)
        return item and _all(item, "Nullable(" in inner)
    if match := _INTEGER.fullmatch(kind):
        return _within(signed=not match[1], bits=int(match[2]))
    return _CHECKS.get(kind)


def _all(item: _Check, nullable: bool) -> _Check:
    def accepts(value: object) -> bool:
        return isinstance(value, list) and all(
            nullable if one is None else item(one) for one in value
        )

    return accepts


def _within(*, signed: bool, bits: int) -> _Check:
    least, end = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    return lambda value: type(value) is int and least <= value < end


def _is_date(value: object) -> bool:
    return isinstance(value, str) and bool(_DATE.fullmatch(value)) and _in_calendar(value)


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _in_calendar(value)


def _in_calendar(text: str) -> bool:
    return datetime.fromisoformat(text).year in _YEARS


_CHECKS: dict[str, _Check] = {
    "String": lambda value: isinstance(value, str),
    "Bool": lambda value: isinstance(value, bool),
    "Float64": lambda value: type(value) is float or (type(value) is int and abs(value) < 2**53),
    "Date": _is_date,
    "DateTime": _is_moment,
    "DateTime64": _is_moment,
    "UUID": lambda value: isinstance(value, str) and bool(_UUID.fullmatch(value)),
}
