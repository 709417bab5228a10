"""Every way that is known in which an answer could tell of a row that its reader may not see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from .guesses import DAY, GUESSES, Guess

# A condition on a column that is true of the neighbour's row alone, and throws where it is seen.
CONDITIONS = (
    "{column} LIKE '{text}%'",
    "startsWith({column}, '{text}')",
    "{column} = '{text}'",
    "position({column}, '{text}') > 0",
    "match({column}, '^{text}')",
    "{column} >= '{text}' AND {column} < '{text}~'",
    "lower({column}) LIKE lower('{text}%')",
    "{column} IN ('{text}')",
)
# What makes an error, or an odd answer, of a condition that some row meets.
TRIGGERS = (
    "throwIf({condition}) = 0",
    "intDiv(1, toUInt8(NOT ({condition}))) >= 0",
    "toUInt8(if({condition}, 'x', '1')) = 1",
    "toDate(if({condition}, 'x', '2026-01-01')) > 0",
    "parseDateTimeBestEffort(if({condition}, 'x', '2026-01-01 00:00:00')) > 0",
    "toUUID(if({condition}, 'x', '00000000-0000-4000-8000-000000000000')) != generateUUIDv4()",
    "arrayElement([1], if({condition}, 2, 1)) >= 0",
    "sleepEachRow(if({condition}, 4, 0)) = 0",
    "toDecimal32(if({condition}, '99999999999', '1'), 2) > 0",
    "accurateCast(if({condition}, 300, 1), 'UInt8') = 1",
    "JSONExtractString(if({condition}, '[', '{{}}'), 'a') = ''",
    "{condition}",
)
# Where a query can hold such a condition.
QUERIES = (
    "SELECT count() FROM {source} WHERE {trigger}",
    "SELECT count() FROM {source} PREWHERE {trigger}",
    "SELECT count() FROM (SELECT * FROM {source}) WHERE {trigger}",
    "SELECT {trigger} AS x, count() FROM {source} GROUP BY x",
    "SELECT max({trigger}) FROM {source}",
    "SELECT countIf({trigger}) FROM {source}",
    "SELECT count() FROM {source} HAVING max({trigger}) = 1",
    "SELECT 1 FROM {source} ORDER BY {trigger} LIMIT 1",
    "SELECT 1 FROM {source} LIMIT 1 BY {trigger}",
    "SELECT count() OVER (PARTITION BY {trigger}) FROM {source}",
    "SELECT (SELECT count() FROM {source} WHERE {trigger})",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM {source} WHERE {trigger})",
    "SELECT 1 WHERE 1 IN (SELECT {trigger} FROM {source})",
    "SELECT count() FROM {source} AS a JOIN {source} AS b USING {column} WHERE {trigger}",
    "WITH t AS (SELECT * FROM {source}) SELECT count() FROM t WHERE {trigger}",
    "SELECT count() FROM {source} WHERE {trigger} UNION ALL SELECT 0",
    "SELECT arrayMap(x -> x, groupArray({trigger})) FROM {source}",
    "SELECT 1",
    "EXPLAIN indexes = 1 SELECT * FROM {source} WHERE {trigger}",
    "DESCRIBE (SELECT * FROM {source} WHERE {trigger})",
)
# What a caller writes into a parameter that a pipe takes.
VALUES = (
    "{text}",
    "{text}%",
    "'{text}",
    "{text}' OR throwIf({column} LIKE '{text}%') = 0 OR '1' = '",
    "' AND throwIf({column} = '{text}') = 0 --",
    "{text}\\",
    "{{{{ {text} }}}}",
    "['{text}']",
    "{text},{text}",
    "2026-05-01' + toDate({column}) + '",
)
FORMATS = ("json", "csv", "ndjson", "parquet", "prometheus")
RESERVED = ("q", "tag", "explain", "debug", "template_parameters", "pipeline", "format")
PERIOD = {"date_from": DAY, "date_to": DAY}
# What the reader sends lies outside of the period that is asked for.
LONG_AGO = "2025-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, to the app or to Tinybird itself, with what its reader has for it."""

    to_app: bool
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """A question asked twice: of a value that a neighbour's row holds, and of one that is free."""

    kind: str
    guess: Guess
    held: Asked
    free: Asked


@dataclass(frozen=True, slots=True)
class Prober:
    """Makes probes at random, every kind as often.

    Args: endpoints: names of the granted ones, with their parameters.  sources: what SQL may name.
    """

    random: Random
    endpoints: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]

    def probe(self) -> Probe:
        """Return the next one."""
        kinds = (self._sql, self._parameter, self._reserved, self._expected, self._events)
        make = self.random.choice(kinds)
        whole = self.random.choice(GUESSES)
        guess = whole.cut(self.random.choice((*range(1, len(whole.held) + 1), len(whole.held))))
        # Both are made from the same throws of the dice.
        state = self.random.getstate()
        held = make(guess.column, guess.held)
        self.random.setstate(state)
        return Probe(make.__name__.strip("_"), guess, held, make(guess.column, guess.free))

    def _sql(self, column: str, text: str) -> Asked:
        query = self._query(column, text, self.random.choice(self.sources))
        way = self.random.random()
        if way < 0.2:
            return Asked(False, "POST", "/v0/sql", body=query)
        pipeline = {"pipeline": self._endpoint()} if way < 0.4 else {}
        return Asked(False, "GET", "/v0/sql", {"q": query, **pipeline})

    def _query(self, column: str, text: str, source: str) -> str:
        condition = self.random.choice(CONDITIONS).format(column=column, text=text)
        trigger = self.random.choice(TRIGGERS).format(condition=condition)
        shape = self.random.choice(QUERIES)
        ending = self.random.choice(("", " FORMAT JSON", " FORMAT CSV", " FORMAT TSV"))
        return shape.format(trigger=trigger, source=source, column=column) + ending

    def _parameter(self, column: str, text: str) -> Asked:
        name = self._endpoint()
        value = self.random.choice(VALUES).format(column=column, text=text)
        taken = self.random.choice((*self.endpoints[name], "tenant_id", "nothing"))
        return self._read(name, {**PERIOD, taken: value})

    def _reserved(self, column: str, text: str) -> Asked:
        name = self._endpoint()
        value = self.random.choice(("1", "true", text, self._query(column, text, "_")))
        return self._read(name, {**PERIOD, self.random.choice(RESERVED): value})

    def _read(self, name: str, asked: dict[str, str]) -> Asked:
        if self.random.random() < 0.5:
            accepted = self.random.choice(("application/json", "text/csv"))
            return Asked(True, "GET", f"/api/analytics/{name}", asked, headers={"Accept": accepted})
        method = self.random.choice(("GET", "GET", "POST"))
        return Asked(False, method, f"/v0/pipes/{name}.{self.random.choice(FORMATS)}", asked)

    def _expected(self, column: str, text: str) -> Asked:
        path = self.random.choice(("/api/me", "/api/tinybird/token", "/api/analytics/totals"))
        return Asked(True, "GET", path, headers={"X-Expected-Tenant": text.strip()})

    def _events(self, column: str, text: str) -> Asked:
        row = {"event": "asked", "event_id": "evt_asked", "timestamp": LONG_AGO, column: text}
        kinds = {"Content-Type": "application/json"}
        return Asked(True, "POST", "/api/events", body=json.dumps(row), headers=kinds)

    def _endpoint(self) -> str:
        return self.random.choice(sorted(self.endpoints))
