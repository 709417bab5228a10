"""Bytes that a client sent become the statements that store them. No I/O.

A batch is a file of one JSON object a line. ClickHouse reads it, converts each value and says
which rows fit; only those are inserted, the others go to the quarantine with their reasons.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...json_text import parse_json
from ..errors import BadRequest, NotEmulated, TooLarge
from ..project.resources import Column, Datasource
from ..sql.engine import literal, quoted
from .conversions import Conversion, convert
from .jsonpaths import extraction, is_whole, top_key
from .tables import QUARANTINE, table

LIMIT_BYTES = 10 * 1024 * 1024
# Between a line whose numbers were rewritten and the line as it was sent: no JSON holds it.
AS_SENT = b"\x1e"
MISFIT = "roost: a row does not fit"
# All of a batch is one block: nothing of it is written before its last row is looked at.
_INSERTING = (
    "SETTINGS insert_null_as_default = 1, max_threads = 1, "
    "min_insert_block_size_rows = 20000000, min_insert_block_size_bytes = 4000000000"
)


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL that stores one batch; each reads the same file."""

    insert: str
    verdicts: str
    insert_fitting: str
    quarantine: str


def statements(
    database: str, datasource: Datasource, path: str, import_id: str, into: str
) -> Statements:
    """Return the statements that store the batch in the file `path` in the table `into`.

    `insert` stores all rows, or none where one is bad: then it fails and its message holds
    `MISFIT`. `verdicts` answers 1 or 0 for each row in order.
    Raises: NotEmulated: a column's type or JSONPath cannot be ingested here.
    """
    fields = [_field(column) for column in insertable(datasource)]
    stage = _stage(path, fields)
    fits = " AND ".join(["valid", *(f.conversion.fits for f in fields)])
    names = ", ".join(quoted(f.column.name) for f in fields)
    values = ",\n".join(f.conversion.value for f in fields)
    insert = f"INSERT INTO {table(database, into)} ({names})\nSELECT {values}\nFROM ({stage})"
    return Statements(
        insert=f"{insert} WHERE NOT throwIf(NOT ({fits}), {literal(MISFIT)})\n{_INSERTING}",
        verdicts=f"SELECT groupArray(toUInt8({fits})) FROM ({stage})",
        insert_fitting=f"{insert} WHERE {fits}\n{_INSERTING}",
        quarantine=_quarantine(database, datasource, fields, stage, fits, import_id),
    )


def insert_plain(database: str, datasource: Datasource, rows: str, into: str) -> str:
    """Return the statement that stores the rows of `plain_rows` in the table `into`."""
    names = ", ".join(quoted(column.name) for column in insertable(datasource))
    return (
        f"INSERT INTO {table(database, into)} ({names}) "
        "SETTINGS date_time_input_format = 'best_effort', max_insert_block_size = 20000000\n"
        f"FORMAT JSONEachRow\n{rows}\n"
    )


def insertable(datasource: Datasource) -> tuple[Column, ...]:
    """Return the columns that a batch fills: all but the computed ones."""
    return tuple(
        column
        for column in datasource.columns
        if not (column.default or "").upper().startswith(("MATERIALIZED ", "ALIAS "))
    )


def keeps_lines(datasource: Datasource) -> bool:
    """Tell whether a column of `datasource` takes each line as it was sent."""
    return any(map(is_whole, insertable(datasource)))


def by_name(datasource: Datasource) -> Datasource:
    """Return `datasource` with each column read from the top-level key of its own name."""
    columns = tuple(replace(column, jsonpath=None) for column in datasource.columns)
    return replace(datasource, columns=columns)


def decoded(body: bytes, encoding: str) -> bytes:
    """Undo the Content-Encoding of a body.

    Raises: TooLarge: over `LIMIT_BYTES` once decoded.  BadRequest: not what it says.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "zstd"):
        raise NotEmulated(f"the Content-Encoding {encoding}")
    # Here, where few come by: with numpy it is a quarter of a start and forty megabytes.
    import pyarrow

    try:
        with pyarrow.input_stream(pyarrow.py_buffer(body), compression=encoding) as stream:
            text = stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise BadRequest(f"The body is not {encoding}.") from error
    if len(text) > LIMIT_BYTES:
        raise TooLarge(f"The body is over {LIMIT_BYTES} bytes once decoded.")
    return text


def ndjson_lines(body: bytes) -> list[bytes]:
    """Split NDJSON into its lines, blank ones left out."""
    return [line for line in body.split(b"\n") if line and not line.isspace()]


def json_lines(body: bytes) -> list[bytes]:
    """Turn one JSON document, an object or an array of them, into lines.

    Raises: BadRequest: not JSON.
    """
    try:
        document = parse_json(body)
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    rows = document if isinstance(document, list) else [document]
    return [as_line(row) for row in rows]


def as_line(row: object) -> bytes:
    """Write a row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def readable_numbers(line: bytes) -> bytes:
    """Rewrite a line whose integers are too long for ClickHouse's JSON parser as strings."""
    try:
        return as_line(_strings_for_long_integers(parse_json(line)))
    except ValueError:
        return line


@dataclass(frozen=True, slots=True)
class _Field:
    column: Column
    alias: str
    key: str | None
    source: str
    conversion: Conversion


def _field(column: Column) -> _Field:
    alias = quoted(f"raw.{column.name}")
    key = top_key(column)
    document = "sent" if is_whole(column) else "line"
    source = f"top.{quoted(key)}" if key else extraction(column, document)
    return _Field(column, alias, key, source, convert(column, alias))


def _stage(path: str, fields: Sequence[_Field]) -> str:
    sources = "".join(f",\n{f.source} AS {f.alias}" for f in fields)
    keys = dict.fromkeys(quoted(f.key) for f in fields if f.key)
    # The document is parsed once for all keys: arrayJoin keeps ClickHouse from computing the tuple
    # again for each use of it.
    members = f"Tuple({', '.join(f'{key} Nullable(String)' for key in keys)})"
    top = f", arrayJoin([JSONExtract(line, {literal(members)})]) AS top" if keys else ""
    sent = ", sent" if any(is_whole(field.column) for field in fields) else ""
    return (
        f"SELECT line, valid{sources}\nFROM ("
        f"SELECT line{sent}, isValidJSON(line) AND JSONType(line) = 'Object' AS valid{top}\n"
        f"FROM {_lines(path, as_sent=bool(sent))})"
    )


def _lines(path: str, *, as_sent: bool) -> str:
    if not as_sent:
        return f"file({literal(path)}, LineAsString, 'line String')"
    parts = "substringIndex(both, char(30), 1) AS line, substringIndex(both, char(30), -1) AS sent"
    return f"(SELECT {parts} FROM file({literal(path)}, LineAsString, 'both String'))"


def _quarantine(
    database: str,
    datasource: Datasource,
    fields: list[_Field],
    stage: str,
    fits: str,
    import_id: str,
) -> str:
    named = ", ".join(f"if({f.conversion.fits}, '', {literal(f.column.name)})" for f in fields)
    told = ", ".join(f"if({f.conversion.fits}, '', {_complaint(f)})" for f in fields)
    names = ", ".join(quoted(f.column.name) for f in fields)
    # A tuple would be filled from an array's items, too.
    raw = ", ".join(f"if(valid, {f.alias}, NULL)" for f in fields)
    return (
        f"INSERT INTO {table(database, datasource.name + QUARANTINE)} "
        f"(c__error_column, c__error, c__import_id, {names})\n"
        f"SELECT if(valid, arrayFilter(c -> c != '', [{named}]), []), "
        f"if(valid, arrayFilter(c -> c != '', [{told}]), "
        "[concat('invalid JSON: ', substringUTF8(line, 1, 1000))]), "
        f"{literal(import_id)}, {raw}\n"
        f"FROM ({stage}) WHERE NOT ({fits})\nSETTINGS max_threads = 1"
    )


def _complaint(field: _Field) -> str:
    subject = literal(f" on column '{field.column.name}' is not {field.column.type}")
    missing = literal(f"value is missing on column '{field.column.name}'")
    value = f"concat('value \\'', assumeNotNull({field.alias}), '\\'', {subject})"
    return f"if({field.alias} IS NULL, {missing}, {value})"


def _strings_for_long_integers(value: object) -> object:
    if isinstance(value, dict):
        return {key: _strings_for_long_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strings_for_long_integers(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value
