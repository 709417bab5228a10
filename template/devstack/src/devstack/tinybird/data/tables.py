"""The tables and views of a datasource or a materialized pipe, as SQL. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import NotEmulated
from ..project.resources import Column, Datasource
from ..sql.engine import quoted

# https://www.tinybird.co/docs/forward/get-data-in/data-sources/engines
ENGINES = frozenset(
    {
        "MergeTree",
        "ReplacingMergeTree",
        "SummingMergeTree",
        "AggregatingMergeTree",
        "CollapsingMergeTree",
        "VersionedCollapsingMergeTree",
        "Null",
    }
)
# The arguments inside the parentheses of each engine, in their order.
ENGINE_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "ReplacingMergeTree": ("ver", "is_deleted"),
    "SummingMergeTree": ("columns",),
    "CollapsingMergeTree": ("sign",),
    "VersionedCollapsingMergeTree": ("sign", "version"),
}
QUARANTINE = "_quarantine"


def table(database: str, name: str) -> str:
    """Return the quoted full name of a table."""
    return f"{quoted(database)}.{quoted(name)}"


def create_table(database: str, name: str, datasource: Datasource, *, ttl: bool = False) -> str:
    """Return the CREATE TABLE of `datasource` under `name`.

    Raises: NotEmulated: its engine is none of `ENGINES`.
    """
    if datasource.engine not in ENGINES:
        raise NotEmulated(f"the engine {datasource.engine}")
    entries = [*map(_column, datasource.columns), *datasource.indexes]
    body = ",\n    ".join(entries)
    return f"CREATE TABLE {table(database, name)} (\n    {body}\n) {_engine(datasource, ttl)}"


def create_quarantine(database: str, datasource: Datasource) -> str:
    """Return the CREATE TABLE of the quarantine of `datasource`.

    Source: https://www.tinybird.co/docs/forward/get-data-in/quarantine
    """
    columns = ",\n    ".join(
        f"{quoted(column.name)} Nullable(String)" for column in datasource.columns
    )
    return (
        f"CREATE TABLE IF NOT EXISTS {table(database, datasource.name + QUARANTINE)} (\n"
        "    c__error_column Array(String),\n"
        "    c__error Array(String),\n"
        "    c__import_id Nullable(String),\n"
        f"    {columns},\n"
        "    insertion_date DateTime DEFAULT now()\n"
        ") ENGINE = MergeTree ORDER BY insertion_date"
    )


def create_view(database: str, pipe: str, target: str, sql: str) -> str:
    """Return the CREATE MATERIALIZED VIEW that feeds `target` by `sql`."""
    # In parentheses: a COMMENT after a table's name would be its alias.
    return (
        f"CREATE MATERIALIZED VIEW {table(database, view_name(pipe))} "
        f"TO {table(database, target)} AS ({sql})"
    )


def view_name(pipe: str) -> str:
    """Return the name of a materialized pipe's view, one that no resource can have."""
    return f".view.{pipe}"


def change_ttl(database: str, datasource: Datasource, *, ttl: bool) -> str | None:
    """Return the ALTER that switches the TTL of a table on or off; None if it has none."""
    expression = datasource.engine_args.get("ttl")
    if not expression:
        return None
    change = f"MODIFY TTL {expression}" if ttl else "REMOVE TTL"
    return f"ALTER TABLE {table(database, datasource.name)} {change}"


def _column(column: Column) -> str:
    parts = [quoted(column.name), column.type, column.default or "", column.codec or ""]
    return " ".join(part for part in parts if part)


def _engine(datasource: Datasource, ttl: bool) -> str:
    if datasource.engine == "Null":
        return "ENGINE = Null"
    args = datasource.engine_args
    inside = [args[key] for key in ENGINE_ARGUMENTS.get(datasource.engine, ()) if args.get(key)]
    if datasource.engine == "SummingMergeTree" and inside:
        inside = [f"({inside[0]})"]
    clauses = [f"ENGINE = {datasource.engine}({', '.join(inside)})"]
    if args.get("partition_key"):
        clauses.append(f"PARTITION BY {_tuple(args['partition_key'])}")
    if args.get("primary_key"):
        clauses.append(f"PRIMARY KEY {_tuple(args['primary_key'])}")
    clauses.append(f"ORDER BY {_tuple(args.get('sorting_key') or '')}")
    if args.get("sampling_key"):
        clauses.append(f"SAMPLE BY {args['sampling_key']}")
    if ttl and args.get("ttl"):
        clauses.append(f"TTL {args['ttl']}")
    if args.get("settings"):
        clauses.append(f"SETTINGS {args['settings']}")
    return " ".join(clauses)


def _tuple(key: str) -> str:
    stripped = key.strip()
    if stripped in ("", "tuple()"):
        return "tuple()"
    return f"({stripped})"
