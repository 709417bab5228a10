"""Pairs of databases that agree on one tenant's rows, and what is read from both."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .columns import Vocabulary, column_values
from .project import TENANT, Project, Table
from .requests import nobodys_requests, tenant_requests
from .tenants import LEGAL, LISTED, ODD, lookalikes
from .workspace import Request, Row

Rows = tuple[Row, ...]

# Among the odd ones a list is most likely to be taken for what it is not.
READERS = LEGAL * 2 + ODD + LISTED * 3


@dataclass(frozen=True, slots=True)
class Case:
    """`own` are the rows of the tenant who reads, in both databases; the others' differ."""

    tenant: str
    own: Rows
    left: Rows
    right: Rows
    requests: tuple[Request, ...]


def cases(
    project: Project, known: Vocabulary, tenants: tuple[str, ...] = READERS
) -> SearchStrategy[Case]:
    """Return cases in which many tenants that are easily confused share the values of rows."""

    # Without arguments of its own: Hypothesis prints them, and warns of long ones.
    @st.composite
    def case(draw: DrawFn) -> Case:
        return _case(draw, project, known, draw(st.sampled_from(tenants)))

    return case()


def _case(draw: DrawFn, project: Project, known: Vocabulary, tenant: str) -> Case:
    others = lookalikes(tenant, known.words)
    own: Rows = ()
    left: Rows = ()
    right: Rows = ()
    for table in project.filled:
        mine = tuple(draw(_own_rows(table, known, tenant)))
        left += _other_rows(draw, table, known, others, mine)
        right += _other_rows(draw, table, known, others, mine)
        own += mine
    asked = tenant_requests(draw, project, known, tenant, others)
    again = tenant_requests(draw, project, known, tenant, others)
    return Case(tenant, own, left, right, asked + again + nobodys_requests(draw, project, known))


def _own_rows(table: Table, known: Vocabulary, tenant: str) -> SearchStrategy[list[Row]]:
    return st.lists(_row(table, known, st.just(tenant)), min_size=3, max_size=9)


def _other_rows(
    draw: DrawFn, table: Table, known: Vocabulary, others: list[str], mine: Rows
) -> Rows:
    # Half of the others have a row, of few kinds. Some are the reader's own in another name,
    # because what is counted once hides it.
    kinds = (*mine, *draw(st.lists(_row(table, known, st.just("")), min_size=4, max_size=8)))
    fates = st.sampled_from([None, *kinds] + [None] * (len(kinds) - 1))
    rows = [kind.of(name) for name in others if (kind := draw(fates)) is not None]
    # And one or two have more than the reader: what ranks tenants shows them alone.
    busy = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2))
    return (*rows, *(kind.of(name) for name in busy for kind in kinds))


def _row(table: Table, known: Vocabulary, tenants: SearchStrategy[str]) -> SearchStrategy[Row]:
    values = {column.name: column_values(column, known) for column in table.columns}
    columns = st.fixed_dictionaries(values | {TENANT: tenants})
    # It draws them in any order; a reader wants that of the schema.
    return columns.map(lambda drawn: Row(table.name, {name: drawn[name] for name in values}))
