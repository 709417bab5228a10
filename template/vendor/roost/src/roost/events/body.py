"""The body of POST /api/events becomes rows: strict JSON, every number as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NoReturn

from roost.errors import AppError

_JSON = {"application/json"}
_NDJSON = {"application/x-ndjson", "application/ndjson", "application/jsonl"}
_SPACE = re.compile(r"[ \t\r\n]*")
# JSON may spell half a character; no UTF-8 can carry it on.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# A value costs two microseconds here. So many are 10 in each of 50,000 rows, and a value of events
# that takes 20 bytes fills the 10 MB that go on before.
MAX_VALUES = 500_000
# Each value but the first stands behind one of these.
_BEFORE_VALUES = ("[", "{", ",")
# To the end of the body where it has no end of its own.
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# Numbers of more characters go on as they are: to convert them costs more than their share.
_SHORT_NUMBER = 18


# Not frozen: a body may hold a million of them, and to freeze one takes longer than all else.
@dataclass(slots=True)
class Number:
    """A number that Python would write in another way; its text goes on untouched."""

    text: str


Json = str | int | float | bool | None | Number | list["Json"] | dict[str, "Json"]
Row = dict[str, Json]


def check_media(content_type: str | None, content_encoding: str | None) -> bool:
    """Tell whether a body is NDJSON (True) or JSON (False).

    Raises: AppError: `media-type` (415) for anything else, and for a compressed body.
    """
    media, _, rest = (content_type or "").partition(";")
    media, charset = media.strip().lower(), rest.strip().lower().replace('"', "")
    plain = (content_encoding or "identity").strip().lower() == "identity"
    if not plain or media not in _JSON | _NDJSON or charset not in {"", "charset=utf-8"}:
        raise AppError("media-type")
    return media in _NDJSON


def parse_events(body: bytes, *, is_ndjson: bool, max_rows: int) -> list[Row]:
    """Parse one object, an array of objects, or NDJSON.

    Raises: AppError: `event-invalid` (400), naming the row, counted from 1; `body-too-large` (413)
    for more than MAX_VALUES values, before any of them is read.
    """
    text = _decode(body)
    if _values(text) > MAX_VALUES:
        raise AppError("body-too-large", f"Send at most {MAX_VALUES} values at a time.")
    rows = []
    for row in _lines(text) if is_ndjson else _elements(text):
        rows.append(row)
        if len(rows) > max_rows:
            raise AppError("event-invalid", f"Send at most {max_rows} rows at a time.")
    if not rows:
        raise AppError("event-invalid", "The body holds no event.")
    return rows


def refuse_row(number: int, problem: str) -> NoReturn:
    """Refuse a body for one of its rows.

    Raises: AppError: `event-invalid` (400), always.
    """
    raise AppError("event-invalid", f"Row {number}: {problem}.") from None


def check_unicode(value: Json, number: int) -> None:
    """Refuse a row that holds half of a surrogate pair, in a text or a key.

    Raises: AppError: `event-invalid` (400), naming the row.
    """
    # Without recursion: how deep a row may be is found out when it is written.
    values = [value]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, list):
            values += value
        elif isinstance(value, str) and not _is_unicode(value):
            refuse_row(number, "it spells half of a surrogate pair")


def _decode(body: bytes) -> str:
    try:
        # Windows' editors begin a file with a byte order mark.
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        raise AppError("event-invalid", f"Line {row}: this is not UTF-8.") from error


def _values(text: str) -> int:
    # Counted again without its texts where that may matter: prose has commas too.
    count = sum(map(text.count, _BEFORE_VALUES))
    if count > MAX_VALUES:
        count = sum(map(_TEXT.sub("", text).count, _BEFORE_VALUES))
    return count


def _lines(text: str) -> Iterator[Row]:
    # One line at a time: blank ones are passed over without making anything of them.
    begin, position, number = 0, _skip(text, 0), 1
    while position < len(text):
        number += text.count("\n", begin, position)
        end = text.find("\n", position)
        line = text[position : end if end >= 0 else None]
        row, past = _value(line, 0, number)
        if _skip(line, past) != len(line):
            refuse_row(number, "there is more than one value on the line")
        yield row
        begin, position = position, _skip(text, position + len(line))


def _elements(text: str) -> Iterator[Row]:
    position = _skip(text, 0)
    if not text.startswith("[", position):
        if position < len(text):
            row, position = _value(text, position, 1)
            yield row
    else:
        position = yield from _array(text, position + 1)
    if _skip(text, position) != len(text):
        raise AppError("event-invalid", "There is something after the end of the JSON value.")


def _array(text: str, position: int) -> Generator[Row, None, int]:
    position, number = _skip(text, position), 1
    if text.startswith("]", position):
        return position + 1
    while True:
        row, position = _value(text, position, number)
        yield row
        position = _skip(text, position)
        if text.startswith("]", position):
            return position + 1
        if not text.startswith(",", position):
            refuse_row(number, "a comma or the end of the array must follow it")
        position, number = _skip(text, position + 1), number + 1


def _value(text: str, position: int, number: int) -> tuple[Row, int]:
    try:
        value, end = _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        refuse_row(number, f"this is not JSON ({error.msg})")
    except RecursionError:
        refuse_row(number, "it is nested too deeply")
    except _Refused as error:
        refuse_row(number, str(error))
    if not isinstance(value, dict):
        refuse_row(number, "it is not a JSON object")
    if _SURROGATE.search(text, position, end):
        check_unicode(value, number)
    return value, end


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


class _Refused(ValueError):
    """JSON that Python would take and we do not."""


def _object(pairs: list[tuple[str, Json]]) -> Row:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise _Refused("a key is given twice")
    return row


def _constant(text: str) -> NoReturn:
    raise _Refused(f"{text} is no JSON number")


def _float(text: str) -> float | Number:
    if len(text) > _SHORT_NUMBER:
        return Number(text)
    value = float(text)
    return value if repr(value) == text else Number(text)


def _int(text: str) -> int | Number:
    # Python forgets the sign of -0.
    return Number(text) if len(text) > _SHORT_NUMBER or text == "-0" else int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
)
