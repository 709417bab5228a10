"""Pairs of databases that agree on one tenant's rows, and what is read from both."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .columns import Vocabulary, column_values
from .crowds import convertible, crowd
from .datasource_requests import datasource_requests
from .hints import named_tenants
from .project import TENANT, Project, Table
from .reads import Request
from .requests import nobodys_requests, odd_requests, tenant_requests
from .rows import ORDERS, PLAIN, Order, Row, Rows
from .tenants import LEGAL, LISTED, ODD, lookalikes

# Among the odd ones a list is most likely to be taken for what it is not.
READERS = LEGAL * 2 + ODD + LISTED * 3 + ("",)
# The rows of a crowd; a query that counts to another number is met by one more than that.
CROWDS = (60, 600, 2400)
MOST_ROWS = 12_000
_HEARD = 4
# How often the reader's rows are repeated in some cases.
REPEATED = 40


@dataclass(frozen=True, slots=True)
class Case:
    """`own` are the rows of the tenant who reads, in both databases; the others' differ.

    Args: usual: what callers ask.  odd: what nobody should ask, and questions about datasources.
    """

    tenant: str
    own: Rows
    left: Rows
    right: Rows
    usual: tuple[Request, ...]
    odd: tuple[Request, ...] = ()
    order: Order = PLAIN

    @property
    def requests(self) -> tuple[Request, ...]:
        """All reads."""
        return self.usual + self.odd


@dataclass(frozen=True, slots=True)
class _Shape:
    """How many rows there are, and of what.

    Args: crowd: rows that are in the right database alone.  convertible: which texts the reader's
        rows hold, where those are such that no conversion fails.
    """

    one_own: bool = False
    many_own: bool = False
    nobody_left: bool = False
    crowd: bool = False
    convertible: int | None = None


# Nobody's rows beside the reader's show most.
_SHAPES = (
    *[_Shape()] * 4,
    *[_Shape(nobody_left=True)] * 2,
    _Shape(one_own=True, crowd=True),
    _Shape(one_own=True, nobody_left=True, crowd=True),
    _Shape(crowd=True),
    _Shape(nobody_left=True, crowd=True),
    _Shape(many_own=True, crowd=True),
    _Shape(many_own=True, nobody_left=True),
    *(_Shape(convertible=n, nobody_left=True) for n in range(3)),
    *(_Shape(convertible=n, crowd=True) for n in range(3)),
)


def cases(
    project: Project, known: Vocabulary, tenants: tuple[str, ...] = READERS
) -> SearchStrategy[Case]:
    """Return cases in which many tenants that are easily confused share the values of rows."""

    readers = st.sampled_from(tenants)
    if tenants is READERS and (named := named_tenants(project)):
        # Rows that are written in a constant name show to nobody else.
        readers = st.sampled_from(tenants) | st.sampled_from(tenants) | st.sampled_from(named)

    # Without arguments of its own: Hypothesis prints them, and warns of long ones.
    @st.composite
    def case(draw: DrawFn) -> Case:
        return _case(draw, project, known, draw(readers))

    return case()


def _case(draw: DrawFn, project: Project, known: Vocabulary, tenant: str) -> Case:
    shape, order = draw(st.sampled_from(_SHAPES)), draw(st.sampled_from(ORDERS))
    if project.copies:
        order = replace(order, copying=draw(st.booleans()))
    others = lookalikes(tenant, known.words)
    own: Rows = ()
    left: Rows = ()
    right: Rows = ()
    # Drawn one by one they would be more than Hypothesis takes.
    fates = Random(draw(st.integers(0, 2**32)))  # noqa: S311
    for table in project.filled:
        mine = _own_rows(draw, shape, table, known, tenant)
        kinds = tuple(draw(_rows(table, known, "", 8, 12)))
        theirs = _other_rows(fates, others, mine[:9] + kinds[1::2])
        if not shape.nobody_left:
            left += _other_rows(fates, others, mine[:9] + kinds[::2])
        right += theirs + _crowd(draw, shape, table, known, mine[:9] + kinds, tenant)
        own += mine
    asked = tenant_requests(draw, project, known, tenant, others)
    again = tenant_requests(draw, project, known, tenant, others)
    usual = asked + again + nobodys_requests(draw, project, known)
    odd = odd_requests(draw, project, known, tenant, _told(right))
    odd += datasource_requests(draw, project, known, tenant)
    return Case(tenant, own, left, right, usual, odd, order)


def _own_rows(draw: DrawFn, shape: _Shape, table: Table, known: Vocabulary, tenant: str) -> Rows:
    sizes = (1, 1) if shape.one_own else (3, 9)
    mine = tuple(draw(_rows(table, known, tenant, *sizes)))
    if shape.convertible is not None:
        mine = convertible(table, mine, shape.convertible)
    return mine * REPEATED if shape.many_own else mine


def _other_rows(fates: Random, others: list[str], kinds: Rows) -> Rows:
    # Half of the others have a row, of few kinds. Some are the reader's own in another name,
    # because what is counted once hides it.
    chances = [None, *kinds] + [None] * (len(kinds) - 1)
    rows = [kind.of(name) for name in others if (kind := fates.choice(chances)) is not None]
    # And one or two have more than the reader: what ranks tenants shows them alone.
    busy = fates.sample(others, fates.choice((1, 2)))
    return (*rows, *(kind.of(name) for name in busy for kind in kinds))


def _crowd(
    draw: DrawFn, shape: _Shape, table: Table, known: Vocabulary, kinds: Rows, tenant: str
) -> Rows:
    if not shape.crowd:
        return ()
    counted = [n + 1 for n in known.numbers if CROWDS[-1] <= n < MOST_ROWS]
    size = draw(st.sampled_from((*CROWDS, *counted[-1:])))
    tenants = ["org_globex", f"{tenant}x", f"x{tenant}", "0"]
    # Texts that name the reader as what another tenant's row is about.
    claim = json.dumps(dict.fromkeys([TENANT, *known.words], tenant))
    words = replace(known, words=(*known.words, tenant, tenant, f"{tenant},x", claim))
    return crowd(table, words, kinds, tenants, size)


def _told(rows: Rows) -> list[str]:
    # What a caller may have heard of others: their names, and a value out of each of some rows.
    names = {str(row.values[TENANT]) for row in rows}
    texts = {text for row in rows[:_HEARD] for text in row.values.values() if isinstance(text, str)}
    return sorted(names | texts)


def _rows(
    table: Table, known: Vocabulary, tenant: str, least: int, most: int
) -> SearchStrategy[list[Row]]:
    return st.lists(_row(table, known, st.just(tenant)), min_size=least, max_size=most)


def _row(table: Table, known: Vocabulary, tenants: SearchStrategy[str]) -> SearchStrategy[Row]:
    values = {column.name: column_values(column, known) for column in table.columns}
    columns = st.fixed_dictionaries(values | {TENANT: tenants})
    # It draws them in any order; a reader wants that of the schema.
    return columns.map(lambda drawn: Row(table.name, {name: drawn[name] for name in values}))
