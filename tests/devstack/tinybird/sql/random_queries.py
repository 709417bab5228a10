"""Random queries over two small tables, and what plain Python says to the simple ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

COLUMNS = "k Int64, v Nullable(Int32), s LowCardinality(String), n LowCardinality(Nullable(String))"
SCHEMA = f"{COLUMNS}, a Array(Int32), x String"
TEXTS = ("", "a", "b", "secret")
Truth = bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of either table."""

    k: int
    v: int | None
    s: str
    n: str | None
    a: tuple[int, ...]
    x: str

    @property
    def sql(self) -> str:
        v, n = ("NULL" if one is None else repr(one) for one in (self.v, self.n))
        return f"({self.k}, {v}, '{self.s}', {n}, {list(self.a)}, '{self.x}')"


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of `t` and of `u`."""

    t: tuple[Row, ...]
    u: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a row of `t`; `holds` is what three-valued logic makes of it."""

    sql: str
    holds: Callable[[Row, Tables], Truth]


def tables(seed: int) -> Tables:
    """Return two tables of up to twelve rows with few different values; `u` may be empty."""
    chance = random.Random(seed)
    sizes = (1 + seed % 12, chance.choice((0, 1, 4, 9)))
    t, u = (tuple(_row(chance) for _ in range(size)) for size in sizes)
    return Tables(t, u)


def _row(chance: random.Random) -> Row:
    return Row(
        chance.randrange(4),
        chance.choice((None, 0, 1, 2)),
        chance.choice(TEXTS),
        chance.choice((None, *TEXTS)),
        tuple(chance.randrange(3) for _ in range(chance.randrange(3))),
        chance.choice(("", "1", "22")),
    )


NUMBERS = st.integers(0, 3)
OPERATORS = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
}


@st.composite
def _compared(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from(("k", "v")))
    sign, number = draw(st.sampled_from(sorted(OPERATORS))), draw(NUMBERS)

    def holds(row: Row, _: Tables) -> Truth:
        value = getattr(row, column)
        return None if value is None else OPERATORS[sign](value, number)

    return Condition(f"{column} {sign} {number}", holds)


@st.composite
def _texts(draw: st.DrawFn) -> Condition:
    column, text = draw(st.sampled_from("sn")), draw(st.sampled_from(TEXTS))
    more = draw(st.sampled_from(TEXTS))
    sql = draw(st.sampled_from((f"{column} IN ('{text}', '{more}')",)))

    def holds(row: Row, _: Tables) -> Truth:
        value = getattr(row, column)
        return None if value is None else value in (text, more)

    return Condition(sql, holds)


@st.composite
def _absent(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from("vn"))
    return Condition(f"{column} IS NULL", lambda row, _: getattr(row, column) is None)


@st.composite
def _arrays(draw: st.DrawFn) -> Condition:
    number = draw(NUMBERS)
    return draw(
        st.sampled_from(
            (
                Condition(f"has(a, {number})", lambda row, _: number in row.a),
                Condition("empty(a)", lambda row, _: not row.a),
                Condition(f"length(a) = {number}", lambda row, _: len(row.a) == number),
                Condition(f"arrayExists(e -> e = {number}, a)", lambda row, _: number in row.a),
            )
        )
    )


@st.composite
def _exists(draw: st.DrawFn) -> Condition:
    number, item = draw(NUMBERS), draw(st.sampled_from(("1", "*", "k", "NULL", "0", "'a'")))
    inner = draw(
        st.sampled_from((f"u WHERE k = {number}", f"(SELECT k FROM u) WHERE k = {number}"))
    )
    sql = f"EXISTS (SELECT {item} FROM {inner})"
    return Condition(sql, lambda _, both: any(row.k == number for row in both.u))


@st.composite
def _within(draw: st.DrawFn) -> Condition:
    number = draw(NUMBERS)
    sql = f"k IN (SELECT k FROM u WHERE v = {number})"
    return Condition(sql, lambda row, both: row.k in {u.k for u in both.u if u.v == number})


@st.composite
def _scalar(draw: st.DrawFn) -> Condition:
    number = draw(NUMBERS)
    return Condition(
        f"k < (SELECT count() FROM u WHERE k >= {number})",
        lambda row, both: row.k < sum(u.k >= number for u in both.u),
    )


def _joined(parts: Sequence[Condition], word: str) -> Condition:
    dominant = word == "OR"

    def holds(row: Row, both: Tables) -> Truth:
        found = [part.holds(row, both) for part in parts]
        if dominant in found:
            return dominant
        return None if None in found else not dominant

    return Condition(f"({f' {word} '.join(part.sql for part in parts)})", holds)


def _denied(part: Condition) -> Condition:
    def holds(row: Row, both: Tables) -> Truth:
        found = part.holds(row, both)
        return None if found is None else not found

    return Condition(f"NOT ({part.sql})", holds)


ATOMS = st.one_of(_compared(), _texts(), _absent(), _arrays(), _exists(), _within(), _scalar())
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(_denied),
        st.builds(_joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(("AND", "OR"))),
    ),
    max_leaves=5,
)
JOINS = ("INNER", "LEFT", "RIGHT", "FULL", "LEFT SEMI", "LEFT ANTI")
AGGREGATES = (
    *("count()", "sum(v)", "max(n)", "uniqExact(s)", "countIf(v > 0)", "avg(k)", "minOrNull(v)"),
    *("arraySort(groupUniqArray(s))", "sumIf(k, s = 'a')", "count(v)", "quantileExact(k)"),
    *("arraySort(groupArray(k))", "sum(k * 2 + 1)", "min(k + 1)", "groupBitOr(k)", "any(1)"),
    *("count(DISTINCT v)", "sum(if(v > 1, 1, 0))", "max(if(s = 'a', k, 0))", "any(k = k)"),
)
# Where a row could be any of several, all columns order them.
SHAPES = (
    "SELECT k, v, s, n, a FROM t WHERE {c}",
    "SELECT {g} FROM t WHERE {c}",
    "SELECT s, {g} FROM t WHERE {c} GROUP BY s",
    "SELECT s, n, {g} FROM t WHERE {c} GROUP BY s, n HAVING count() > {i}",
    "SELECT upper(s) AS z, {g} FROM t GROUP BY z HAVING z != 'A' AND {g} IS NOT NULL",
    "SELECT n, {g} FROM t WHERE {c} GROUP BY n WITH TOTALS",
    "SELECT s, n, {g} FROM t WHERE {c} GROUP BY ROLLUP(s, n)",
    "SELECT s, n, {g} FROM t GROUP BY GROUPING SETS ((s), (n), ())",
    "SELECT DISTINCT s, v FROM t WHERE {c}",
    "SELECT DISTINCT n FROM t WHERE {c} ORDER BY n LIMIT {i}",
    "SELECT * FROM t WHERE {c} ORDER BY k, v, s, n, a, x LIMIT {i}",
    "SELECT * FROM t WHERE {c} ORDER BY k DESC, v, s, n, a, x LIMIT 2 OFFSET {i}",
    "SELECT * FROM t WHERE {c} ORDER BY k, v, s, n, a, x LIMIT 1 BY s",
    "SELECT * FROM (SELECT k, v, s, n, a FROM t ORDER BY k, v, s, n, a LIMIT 5) AS t WHERE {c}",
    "SELECT * FROM (SELECT s, n, count() AS k, 1 AS v, [1] AS a FROM t GROUP BY s, n) WHERE {c}",
    "SELECT * FROM (SELECT DISTINCT k, v, s, n, a FROM t) WHERE {c}",
    "SELECT k, s, row_number() OVER (PARTITION BY s ORDER BY k, v, n, a, x) FROM t WHERE {c}",
    "SELECT k, sum(v) OVER (PARTITION BY n ORDER BY k, v, s, a, x) AS w FROM t QUALIFY w > {i}",
    "SELECT * FROM (SELECT *, count() OVER (PARTITION BY s) AS w FROM t) WHERE {c} AND w > 1",
    "SELECT t.k, t.v, u.v, u.s FROM t {j} JOIN u ON t.k = u.k",
    "SELECT t.k, t.v, u.v, u.s FROM t {j} JOIN u ON t.k = u.k AND t.s = u.s WHERE t.v > {i}",
    "SELECT t.k, u.k FROM t {j} JOIN u ON t.n = u.n WHERE u.k = {i} OR t.s = 'a'",
    "SELECT t.k, u.v FROM t {j} JOIN u ON t.k = u.k AND u.v > {i}",
    "SELECT t.k, u.v FROM t {j} JOIN u USING (s) WHERE isNull(u.n) AND t.k >= {i}",
    "SELECT t.k, u.k FROM t CROSS JOIN u WHERE t.k = u.v AND u.k >= {i}",
    "SELECT p.k, q.k FROM t AS p {j} JOIN (SELECT * FROM t WHERE {c}) AS q ON p.k = q.v",
    "SELECT k, (SELECT max(v) FROM u WHERE k > {i}) AS m FROM t WHERE {c}",
    "SELECT k FROM t WHERE v > (SELECT min(k) FROM u) AND {c}",
    "SELECT k, EXISTS (SELECT 1 FROM u WHERE v = {i}) FROM t WHERE {c}",
    "SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    "SELECT k FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.v >= {i})",
    "SELECT k, (SELECT count() FROM u WHERE u.k = t.k) FROM t",
    "SELECT k FROM t WHERE (k, s) IN (SELECT k, s FROM u WHERE v != {i})",
    "SELECT k FROM t WHERE v NOT IN (SELECT v FROM u)",
    "SELECT k FROM t WHERE s NOT IN (SELECT s FROM u WHERE k = {i}) AND {c}",
    "SELECT k, v FROM t WHERE {c} UNION ALL SELECT v, k FROM u WHERE k > {i}",
    "SELECT k FROM (SELECT k, s FROM t UNION ALL SELECT k, s FROM u) WHERE s != 'a' AND k >= {i}",
    "SELECT s FROM t UNION DISTINCT SELECT s FROM u",
    "SELECT k FROM t WHERE {c} INTERSECT SELECT k FROM u",
    "SELECT s FROM t EXCEPT SELECT s FROM u WHERE k = {i}",
    "WITH y AS (SELECT k, v, s FROM t WHERE {c}) SELECT p.k, q.v FROM y AS p JOIN y AS q USING (s)",
    "WITH y AS (SELECT s, {g} AS g FROM t GROUP BY s) SELECT * FROM y WHERE s != 'b' ORDER BY s",
    "SELECT k, e FROM t ARRAY JOIN a AS e WHERE e >= {i}",
    "SELECT k, e FROM t LEFT ARRAY JOIN a AS e WHERE {c}",
    "SELECT arrayJoin(a) AS e, {g} FROM t WHERE {c} GROUP BY e",
    "SELECT k, arrayFilter(e -> e > {i}, a), arrayMap(e -> e + 1, a), length(a) FROM t WHERE {c}",
    "SELECT arrayCount(e -> e = {i}, a) > 0, arrayExists(e -> e = {i}, a), has(a, {i}) FROM t",
    "SELECT multiIf(v = 1, 'one', v = {i}, 'i', s), if({c}, 1, 2), CASE k WHEN 1 THEN s END FROM t",
    "SELECT coalesce(n, s, 'x'), nullIf(v, {i}), ifNull(v, -1), s || ifNull(n, '-') FROM t",
    "SELECT k FROM t WHERE v = {i} OR v = 1 OR v = 2 OR s = 'a' OR s = 'b' OR s = ''",
    "SELECT k FROM t WHERE s LIKE 'se%' OR n LIKE '%b' OR x LIKE '2_' OR {c}",
    "SELECT k FROM t WHERE s = 'a' AND s = 'b' OR k = {i} AND k != {i} OR {c}",
    "SELECT k FROM t WHERE toString(k) = '{i}' AND v + 1 > {i} AND -k <= 0 AND not(k > 3)",
    "SELECT k FROM t PREWHERE k >= {i} WHERE {c}",
    "SELECT count() FROM t WHERE k >= {i}",
    "SELECT min(k), max(k), count() FROM t",
    "SELECT toInt64OrZero(x) AS z, count() FROM t WHERE {c} GROUP BY z ORDER BY z",
    "SELECT k % 2 AS p, {g} FROM t GROUP BY p, k % 2 + 0 ORDER BY p, 2",
    "SELECT s, k, {g} FROM t GROUP BY s, k, s || 'x', k + 1",
    "SELECT 1 FROM t WHERE {c} LIMIT {i}",
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query over `t` and `u` whose rows are determined, in no order."""
    shape = draw(st.sampled_from(SHAPES))
    found = shape.replace("{c}", f"({draw(CONDITIONS).sql})")
    found = found.replace("{g}", draw(st.sampled_from(AGGREGATES)))
    found = found.replace("{j}", draw(st.sampled_from(JOINS)))
    return found.replace("{i}", str(draw(NUMBERS)))


def inserted(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the rows in two halves, which become parts of their own."""
    for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        if half:
            yield ", ".join(row.sql for row in half)
