"""The columns of what is stored and of what a SELECT writes."""

from __future__ import annotations

from collections.abc import Mapping

from .engine import Engine, literal, quoted


def columns_of(engine: Engine, database: str, name: str) -> dict[str, str]:
    """Return the stored columns of a table with their types."""
    rows = engine.rows(
        "SELECT name, type FROM system.columns "
        f"WHERE database = {literal(database)} AND table = {literal(name)} "
        "AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position"
    )
    return {row[0]: row[1] for row in rows}


def output_names(engine: Engine, sql: str, secrets: Mapping[str, str] | None = None) -> str:
    """Return the quoted columns of a SELECT, as an INSERT names them."""
    # A view matches the columns of its target by name, an INSERT by position.
    return ", ".join(quoted(row[0]) for row in engine.rows(f"DESCRIBE ({sql})", secrets))
