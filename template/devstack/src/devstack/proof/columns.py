"""Values for a column, by its ClickHouse type.

Few values for each column, so that tenants share them: a query that mixes tenants up shows it only
where their rows meet in a group, a join or a condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from ..errors import UserError
from .built import Column

DAYS = 21
CLOCKS = ("00:00:00.000", "04:59:59.999", "12:30:00.250", "18:30:00.000", "23:59:59.999")
ODD_TEXTS = (
    *("", "é\u0301日本", "a'b", "a\\b", "a,b", "100%", "line\nline", "nul\0", '{"a": [1]}'),
    "long " * 60,
)

_CALL = re.compile(r"^(\w+)(?:\((.*)\))?$", re.DOTALL)
_ENUM_NAME = re.compile(r"'((?:[^'\\]|\\.)*)'\s*=")
_INTEGER = re.compile(r"^(U?)Int(\d+)$")
_MOST_ITEMS = 3
_NONE = 1 / 3

Draw = Callable[[Random], object]


class TypeUnknown(UserError):
    """No values are known for a column's type; the sentence names both."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Texts and numbers that the queries mention, and the days that all rows lie in."""

    words: tuple[str, ...]
    numbers: tuple[int, ...]
    days: tuple[str, ...]


def recent_days(now: datetime) -> tuple[str, ...]:
    """Return the days up to yesterday: a period that ends today by default shows them."""
    return tuple(f"{now - timedelta(days=DAYS - n):%Y-%m-%d}" for n in range(DAYS))


def vocabulary(words: list[str], numbers: list[int]) -> Vocabulary:
    """Return the vocabulary of a run that starts now."""
    return Vocabulary(tuple(words), tuple(numbers), recent_days(datetime.now(UTC)))


def column_values(column: Column, known: Vocabulary) -> Draw:
    """Return what draws a value of a column.

    Raises: TypeUnknown: of a type that this module does not know.
    """
    try:
        values = _values(column.type, column.name, known)
    except TypeUnknown as error:
        raise TypeUnknown(
            f"No values are known for the column {column.name}, {column.type}, so nothing can be "
            "proven: add its type to devstack/src/devstack/proof/columns.py."
        ) from error
    return _or_none(values) if column.nullable else values


def texts(name: str, known: Vocabulary) -> Callable[[Random], str]:
    """Return what draws texts for the column or parameter `name`, mostly from a handful."""
    own = [f"{name}_{n}" for n in (1, 2, 3)]
    kinds = [*own * 4, *ODD_TEXTS], [*own, *known.words]
    return lambda random: random.choice(random.choice(kinds))


def _moments(known: Vocabulary) -> Callable[[Random], str]:
    # Instants at and around the edges of days.
    return lambda random: f"{random.choice(known.days)} {random.choice(CLOCKS)}"


def _values(type_: str, name: str, known: Vocabulary) -> Draw:
    kind, inner = _split(type_)
    if kind == "Nullable":
        return _or_none(_values(inner, name, known))
    if kind == "LowCardinality":
        return _values(inner, name, known)
    if kind == "SimpleAggregateFunction":
        return _values(_arguments(inner)[1], name, known)
    if kind == "Array":
        return _list_of(_values(inner, name, known))
    if kind == "Map":
        key, value = _arguments(inner)
        return _map_of(texts(key, known), _values(value, name, known))
    return _scalar(kind, inner, name, known)


def _scalar(kind: str, inner: str, name: str, known: Vocabulary) -> Draw:
    if kind == "String":
        return texts(name, known)
    if kind in ("Date", "Date32"):
        return _one_of(known.days)
    moment = _moments(known)
    if kind == "DateTime":
        return lambda random: moment(random)[: -len(".000")]
    if kind == "DateTime64":
        return moment
    if kind in ("Enum", "Enum8", "Enum16"):
        return _one_of(_ENUM_NAME.findall(inner))
    if integer := _INTEGER.match(kind):
        return _one_of(_integers(int(integer[2]), signed=not integer[1], known=known))
    if kind == "FixedString":
        return _one_of([letter * int(inner) for letter in "ab"])
    if kind in _SAMPLES:
        return _one_of(_SAMPLES[kind])
    # Of Decimal(9, 2) and its like the digits after the point are given, of others it is plain.
    if kind.startswith("Decimal"):
        return _one_of([str(number) for number in _SAMPLES["Float64"]])
    raise TypeUnknown(kind)


# Fractions that add up exactly in any order: rounding is not what is looked for.
_SAMPLES: dict[str, tuple[object, ...]] = {
    "Float32": (0.0, 1.0, -1.5, 2.25, 100.5),
    "Float64": (0.0, 1.0, -1.5, 2.25, 100.5),
    "BFloat16": (0.0, 1.0, -1.5),
    "Bool": (True, False),
    "UUID": tuple(f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3)),
    "IPv4": ("127.0.0.1", "10.0.0.1"),
    "IPv6": ("::1", "2001:db8::1"),
    "JSON": ('{"a": 1}', '{"a": {"b": "c"}}'),
}


def _integers(bits: int, *, signed: bool, known: Vocabulary) -> list[int]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    few = [0, 1, 1, 2, 2, 3, 10, -1]
    fitting = [n for n in few if low <= n <= high]
    return [*fitting * 2, *(n for n in known.numbers if low <= n <= high)]


def _one_of(values: Sequence[object]) -> Draw:
    return lambda random: random.choice(values)


def _or_none(values: Draw) -> Draw:
    return lambda random: None if random.random() < _NONE else values(random)


def _list_of(items: Draw) -> Draw:
    return lambda random: [items(random) for _ in range(random.randint(0, _MOST_ITEMS))]


def _map_of(keys: Draw, values: Draw) -> Draw:
    return lambda random: {keys(random): values(random) for _ in range(random.randint(0, 2))}


def _split(type_: str) -> tuple[str, str]:
    match = _CALL.match(type_.strip())
    if match is None:
        raise TypeUnknown(type_)
    return match[1], match[2] or ""


def _arguments(text: str) -> tuple[str, str]:
    # At the first comma outside of parentheses.
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            return text[:at].strip(), text[at + 1 :].strip()
    raise TypeUnknown(text)
