"""Questions about datasources, under a token that shows the rows of one tenant alone.

What a materialization or a copy wrote for the reader is read whole. Where rows are sent to, the
reader asks what would tell of rows that the token's filter hides: conditions that fail on them.
"""

from __future__ import annotations

import re
from random import Random

from .built import TENANT, BuiltProject, Column, Table
from .columns import Vocabulary, texts
from .reads import Request

_TEXT = re.compile(r"(?:Nullable\()?String\)?$")
_NUMBER = re.compile(r"(?:Nullable\()?U?Int\d+\)?$")
_STATE = "AggregateFunction"


def datasource_requests(
    random: Random, project: BuiltProject, known: Vocabulary, tenant: str
) -> tuple[Request, ...]:
    """Draw one question about each tenant table, and read what was made for the tenant whole."""
    fixed = {TENANT: tenant}
    made = project.made
    # Rows of two writers lie in two parts, and when those merge is for ClickHouse to choose.
    single = sorted(name for name in made if len(project.writers(name)) == 1)
    whole = [Request(name, fixed, sql=_rows(project.tables[name])) for name in single]
    sent = [table for table in project.filled if table.name not in made]
    asked = [Request(table.name, fixed, sql=_oracle(random, table, known)) for table in sent]
    return (*whole, *asked)


def _rows(table: Table) -> str:
    # A state is shown as what it comes to: its bytes are nobody's business.
    shown = [
        f"finalizeAggregation(`{c.name}`) AS `{c.name}`"
        if c.type.startswith(_STATE)
        else f"`{c.name}`"
        for c in table.columns
    ]
    return f"SELECT {', '.join(shown)} FROM {table.name} FORMAT JSONEachRow"


def _oracle(random: Random, table: Table, known: Vocabulary) -> str:
    conditions = [
        condition
        for column in table.columns
        if column.name != TENANT
        for condition in _conditions(random, column, known)
    ]
    condition = random.choice(conditions) if conditions else "1"
    return f"SELECT count() AS n FROM {table.name} WHERE {condition} FORMAT JSONEachRow"


def _conditions(random: Random, column: Column, known: Vocabulary) -> list[str]:
    # Values of a type that shares its dictionary between rows tell of others' whatever is filtered
    # first: that is for the lint to say.
    name = f"`{column.name}`"
    if _NUMBER.match(column.type):
        return [f"intDiv(1, {name}) >= 0", f"throwIf({name} > 2) = 0"]
    if not _TEXT.match(column.type):
        return []
    text = texts(column.name, known)(random).replace("\\", "\\\\").replace("'", "\\'")
    return [
        f"throwIf({name} = '{text}') = 0",
        f"throwIf(startsWith({name}, '{column.name[:3]}')) = 0",
        f"toDate({name}) > '2000-01-01'",
        f"toInt64({name}) != 0",
        f"notEmpty(toString(toUUID({name})))",
    ]
