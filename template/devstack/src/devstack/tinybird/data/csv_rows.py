"""The rows of a CSV file, by the names of the columns that they fill. No I/O.

Source: https://www.tinybird.co/docs/forward/guides/ingest-from-csv-files
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from ..errors import BadRequest
from ..project.resources import Datasource
from .conversions import has_default
from .ingest import as_line, insertable


def csv_lines(
    body: bytes, datasource: Datasource, delimiter: str = ",", escape: str | None = None
) -> tuple[list[bytes], int]:
    """Turn CSV into lines of strings, and count the rows that are too short.

    A first row of column names is a header. What it or a row leaves out is filled where the column
    is Nullable or has a DEFAULT; a row that lacks another column is one for the quarantine.
    Raises: BadRequest: not UTF-8 text, no such delimiter, a header with unknown names or without
        a needed one, or a row with more values than there are columns.
    """
    columns = [column.name for column in insertable(datasource)]
    rows = [(number, row) for number, row in _rows(body, delimiter, escape) if row]
    if rows and _is_header(rows[0][1], columns):
        columns = _named(rows.pop(0)[1], columns, datasource.name)
    least = _least_width(columns, datasource)
    plain = {column.name for column in datasource.columns if column.type == "String"}
    lines = [as_line(_row(columns, row, number, plain)) for number, row in rows]
    return lines, sum(len(row) < least for _, row in rows)


def _rows(body: bytes, delimiter: str, escape: str | None) -> list[tuple[int, list[str]]]:
    try:
        text = io.StringIO(body.decode("utf-8-sig"), newline="")
        reader = csv.reader(text, delimiter=delimiter, escapechar=escape)
        return [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error, TypeError, ValueError) as error:
        raise BadRequest("The body is not CSV in UTF-8.") from error


def _is_header(row: Iterable[str], columns: Iterable[str]) -> bool:
    # A value can be the name of a column by chance, most values of a row can not.
    cells, known = [cell.strip() for cell in row], set(columns)
    return 2 * sum(cell in known for cell in cells) > len(cells)


def _named(header: Iterable[str], columns: Sequence[str], name: str) -> list[str]:
    names = [cell.strip() for cell in header]
    for at, one in enumerate(names):
        if one not in columns:
            raise BadRequest(f"The CSV's header names '{one}', which is no column of '{name}'.")
        if one in names[:at]:
            raise BadRequest(f"The CSV's header names '{one}' twice.")
    return names


def _least_width(columns: Sequence[str], datasource: Datasource) -> int:
    """Return how many values a row needs at least."""
    needed = {
        column.name
        for column in insertable(datasource)
        if not column.nullable and not has_default(column)
    }
    for name in sorted(needed.difference(columns)):
        raise BadRequest(
            f"The CSV's header lacks '{name}', which is not Nullable and has no DEFAULT."
        )
    return max((at for at, name in enumerate(columns, 1) if name in needed), default=1)


def _row(
    columns: Sequence[str], row: Sequence[str], number: int, plain: set[str]
) -> dict[str, str | None]:
    if len(row) > len(columns):
        raise BadRequest(
            f"Line {number} of the CSV is {len(row)} wide, and there are {len(columns)} columns."
        )
    pairs = zip(columns, row, strict=False)
    return {name: value if value or name in plain else None for name, value in pairs}
