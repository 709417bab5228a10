"""Pairs of databases that agree on one tenant's rows, and what is read from both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from .built import TENANT, BuiltProject, Table
from .columns import Vocabulary, column_values
from .crowds import convertible, crowd, outlying
from .datasource_requests import datasource_requests
from .hints import named_tenants
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

    Args: crowd: rows that are in the right database alone.  crowd_alone: of the others nobody but
        these four has a row.  convertible: which texts the reader's rows hold, where those are such
        that no conversion fails.  outlying: they hold longer texts and larger numbers than others'.
    """

    one_own: bool = False
    many_own: bool = False
    nobody_left: bool = False
    crowd: bool = False
    convertible: int | None = None
    crowd_alone: bool = False
    outlying: bool = False


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
    _Shape(nobody_left=True, crowd=True, crowd_alone=True),
    _Shape(outlying=True, nobody_left=True, crowd=True, crowd_alone=True),
    _Shape(outlying=True, nobody_left=True, crowd=True),
)


def cases(
    project: BuiltProject,
    known: Vocabulary,
    count: int,
    seed: str,
    tenants: Sequence[str] = READERS,
) -> Iterator[Case]:
    """Draw `count` cases, in which many tenants that are easily confused share values of rows.

    Each shape of database comes in its turn. The same `seed` draws the same cases.
    """
    readers = [tenants]
    if tenants is READERS and (named := named_tenants(project)):
        # Rows that are written in a constant name show to nobody else.
        readers = [tenants, tenants, named]
    for n in range(count):
        # Not for secrets: what is found is to be found again.
        random = Random(f"{seed} {n}")
        reader = random.choice(random.choice(readers))
        yield _case(random, _SHAPES[n % len(_SHAPES)], project, known, reader)


def _case(
    random: Random, shape: _Shape, project: BuiltProject, known: Vocabulary, tenant: str
) -> Case:
    order = random.choice(ORDERS)
    if project.copies:
        order = replace(order, copying=random.choice((True, False)))
    others = lookalikes(tenant, known.words)
    own: Rows = ()
    left: Rows = ()
    right: Rows = ()
    for table in project.filled:
        mine = _own_rows(random, shape, table, known, tenant)
        kinds = _rows(random, table, known, "", random.randint(8, 12))
        shared = () if shape.outlying else mine[:9]
        if not shape.nobody_left:
            left += _other_rows(random, others, shared + kinds[::2])
        if not shape.crowd_alone:
            right += _other_rows(random, others, shared + kinds[1::2])
        right += _crowd(random, shape, table, known, shared + kinds, tenant)
        own += mine
    asked = tenant_requests(random, project, known, tenant, others)
    again = tenant_requests(random, project, known, tenant, others)
    usual = asked + again + nobodys_requests(random, project, known)
    odd = odd_requests(random, project, known, tenant, _told(right))
    odd += datasource_requests(random, project, known, tenant)
    return Case(tenant, own, left, right, usual, odd, order)


def _own_rows(random: Random, shape: _Shape, table: Table, known: Vocabulary, tenant: str) -> Rows:
    size = 1 if shape.one_own else random.randint(3, 9)
    mine = _rows(random, table, known, tenant, size)
    if shape.convertible is not None:
        mine = convertible(table, mine, shape.convertible)
    if shape.outlying:
        mine = outlying(table, mine)
    return mine * REPEATED if shape.many_own else mine


def _other_rows(random: Random, others: list[str], kinds: Rows) -> Rows:
    # Half of the others have a row, of few kinds. Some are the reader's own in another name,
    # because what is counted once hides it.
    chances = [None, *kinds] + [None] * (len(kinds) - 1)
    rows = [kind.of(name) for name in others if (kind := random.choice(chances)) is not None]
    # And one or two have more than the reader: what ranks tenants shows them alone.
    busy = random.sample(others, random.choice((1, 2)))
    return (*rows, *(kind.of(name) for name in busy for kind in kinds))


def _crowd(
    random: Random, shape: _Shape, table: Table, known: Vocabulary, kinds: Rows, tenant: str
) -> Rows:
    if not shape.crowd:
        return ()
    counted = [n + 1 for n in known.numbers if CROWDS[-1] <= n < MOST_ROWS]
    size = random.choice((*CROWDS, *counted[-1:]))
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


def _rows(random: Random, table: Table, known: Vocabulary, tenant: str, size: int) -> Rows:
    draws = {column.name: column_values(column, known) for column in table.columns}
    draws[TENANT] = lambda _: tenant
    return tuple(
        Row(table.name, {name: draw(random) for name, draw in draws.items()}) for _ in range(size)
    )
