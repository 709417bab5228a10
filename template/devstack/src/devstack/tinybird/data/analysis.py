"""Guess the columns of a file, as `tb datasource analyze` and `create --file` show them.

ClickHouse infers the types; the answer's shape is what the CLI reads (tinybird 5.0.2).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...json_text import parse_json
from ..errors import BadRequest
from ..sql.engine import Engine, EngineFailure, literal, quoted

REFUSAL = "The file is neither NDJSON, CSV with a header nor Parquet."


@dataclass(frozen=True, slots=True)
class Guess:
    """A column of the file; `present` is the share of rows that have a value."""

    name: str
    type: str
    present: float
    path: str

    @property
    def declared(self) -> str:
        """The type in a SCHEMA: Nullable where a row lacks the value and the type can be it."""
        if self.present == 1 or self.type.startswith(("Array(", "Map(", "Tuple(")):
            return self.type
        return f"Nullable({self.type})"


def analyze(engine: Engine, spool: Path, body: bytes) -> dict[str, Any]:
    """Return the columns of a file and the SCHEMA of a datasource that takes it.

    Args: body: NDJSON, CSV with a header or Parquet; the last line of a text may be cut.
    Raises: BadRequest: none of them.
    """
    format_ = _format(body)
    paths: dict[str, str] = {}
    if format_ == "JSONEachRow":
        body = b"\n".join(_flattened(body, paths))
    path = spool / f"{uuid.uuid4()}.analyzed"
    path.write_bytes(body)
    try:
        guesses = _guesses(engine, f"file({literal(str(path))}, {literal(format_)})", paths)
    except EngineFailure as failure:
        raise BadRequest(REFUSAL) from failure
    finally:
        path.unlink()
    schema = ", ".join(map(_column, guesses))
    return {"analysis": {"columns": [_encoded(guess) for guess in guesses], "schema": schema}}


def _format(body: bytes) -> str:
    if body[:4] == b"PAR1":
        return "Parquet"
    return "JSONEachRow" if body.lstrip()[:1] == b"{" else "CSVWithNames"


def _flattened(body: bytes, paths: dict[str, str]) -> Iterator[bytes]:
    # Nested keys become columns of their own; `paths` says where each came from.
    *whole, last = body.strip().splitlines()
    for line in [*whole, last]:
        try:
            row = dict(_leaves(_object(line), "", "$"))
        except ValueError as error:
            if whole and line is last:
                return
            raise BadRequest(REFUSAL) from error
        paths.update({name: path for name, (path, _) in row.items()})
        yield json.dumps({name: value for name, (_, value) in row.items()}).encode()


def _object(line: bytes) -> dict[str, Any]:
    document = parse_json(line)
    if not isinstance(document, dict):
        raise ValueError("A line is no object.")
    return document


def _leaves(value: dict[str, Any], prefix: str, path: str) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        name, at = f"{prefix}{key}", f"{path}.{key}"
        if isinstance(item, dict):
            yield from _leaves(item, f"{name}_", at)
        elif isinstance(item, list) and not any(isinstance(one, dict | list) for one in item):
            yield name, (f"{at}[:]", item)
        else:
            # A list of objects has no column type: it stays text.
            yield name, (at, json.dumps(item) if isinstance(item, list) else item)


def _guesses(engine: Engine, source: str, paths: dict[str, str]) -> list[Guess]:
    columns = engine.rows(f"DESCRIBE (SELECT * FROM {source})")
    counted = ", ".join(f"count({quoted(column[0])})" for column in columns)
    total, *present = engine.rows(f"SELECT count(), {counted} FROM {source}")[0]
    return [
        Guess(name, _plain(type_), count / total if total else 1.0, paths.get(name, ""))
        for (name, type_, *_), count in zip(columns, present, strict=True)
    ]


def _plain(type_: str) -> str:
    # Text formats are inferred as Nullable throughout, the items of arrays too.
    for wrapped in ("Array(Nullable(", "Nullable("):
        if type_.startswith(wrapped):
            return type_.replace("Nullable(", "", 1).removesuffix(")")
    return type_


def _column(guess: Guess) -> str:
    path = f" `json:{guess.path}`" if guess.path else ""
    return f"{quoted(guess.name)} {guess.declared}{path}"


def _encoded(guess: Guess) -> dict[str, Any]:
    return {
        "name": guess.name,
        "path": guess.path or f"$.{guess.name}",
        "recommended_type": guess.type,
        "present_pct": guess.present,
    }
