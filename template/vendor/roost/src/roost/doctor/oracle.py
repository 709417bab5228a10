"""The oracle: SQL with nobody's token must not tell of anybody's rows, not even by failing.

A condition that fails at a row fails at another tenant's as well, if the service looks at it before
the tenant's filter: one query says that there is such a row, and a hundred what is in it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from roost.doctor.findings import Finding, error, ok, warning
from roost.doctor.probes import Probe, nobodys_id
from roost.doctor.rows import sentence_of
from roost.doctor.target import Target
from roost.net.client import Answer, Outgoing

_CHECK = "canary-oracle"
_REFUSED = frozenset({400, 401, 403, 404, 405, 415, 422})
_CONSTANT = "a constant"
_MOST_COLUMNS = 4
# Each fails at a row for which its condition holds.
_FORMS = {
    "throwIf": "throwIf({0}) = 0",
    "a division": "intDiv(1, toUInt8(NOT ({0}))) = 1",
    "a cast": "toUInt8(if({0}, concat('no', 'ne'), '1')) = 1",
}
_MEND = (
    "Make its columns plain String, not LowCardinality, and filter the tenant in PREWHERE in every "
    "node (`uv run poe lint` names what is left), and deploy. Until then let the charts read "
    "through the app: DASHBOARD_READS=backend."
)
_KEEP = (
    "Keep the columns of tenants' tables plain String and every tenant filter in PREWHERE "
    "(`uv run poe lint`), or let the charts read through the app: DASHBOARD_READS=backend."
)


@dataclass(frozen=True, slots=True)
class _Trial:
    probe: Probe
    column: str
    form: str

    def sql(self, condition: str) -> str:
        where = _FORMS[self.form].format(condition)
        return f"SELECT count() FROM {self.probe.endpoint} WHERE {where}"  # noqa: S608


async def examine_oracle(target: Target, probes: Sequence[Probe]) -> list[Finding]:
    """Ask Tinybird's SQL with the tokens of pages, first harmlessly, then for queries that fail."""
    readable = [probe for probe in probes if probe.status == 200]
    if not readable:
        return []
    answers = await _harmless(target, readable)
    unclear = [_unclear(what, answer) for what, answer in answers.items() if not _is_clear(answer)]
    if unclear:
        return unclear
    answered = [what for what, answer in answers.items() if answer and answer.status == 200]
    if not answered:
        return [ok(_CHECK, "Tinybird answers no SQL to a token that a page may hold.")]
    trials = [trial for probe in readable if probe.endpoint in answered for trial in _trials(probe)]
    tells = await asyncio.gather(*(_tells(target, trial) for trial in trials))
    telling = [_leak(trial) for trial, it_tells in zip(trials, tells, strict=True) if it_tells]
    return telling or [await _quiet(target, answered, len(trials))]


async def _harmless(target: Target, probes: Sequence[Probe]) -> Mapping[str, Answer | None]:
    asked = {_CONSTANT: _sql(target, probes[0], "SELECT 1")}
    for probe in probes:
        asked[probe.endpoint] = _sql(target, probe, f"SELECT count() FROM {probe.endpoint}")  # noqa: S608
    answers = await asyncio.gather(*map(target.ask, asked.values()))
    return dict(zip(asked, answers, strict=True))


def _trials(probe: Probe) -> Iterator[_Trial]:
    for column in _columns(probe):
        for form in _FORMS:
            yield _Trial(probe, column, form)


def _columns(probe: Probe) -> list[str]:
    # Texts are what people keep secret.
    try:
        columns = json.loads(probe.answer.body if probe.answer else b"")["meta"]
        texts = [str(column["name"]) for column in columns if "String" in str(column["type"])]
    except (ValueError, KeyError, TypeError):
        return []
    return texts[:_MOST_COLUMNS]


async def _tells(target: Target, trial: _Trial) -> bool:
    # Two questions that differ by other tenants' rows alone: what holds for most, and for none.
    column = f"`{trial.column.replace('`', '')}`"
    some = trial.sql(f"ifNull(notEmpty(toString({column})), 0)")
    none = trial.sql(f"ifNull(toString({column}) = '{nobodys_id()}', 0)")
    asked = (_sql(target, trial.probe, sql) for sql in (some, none))
    about_some, about_none = await asyncio.gather(*map(target.ask, asked))
    return _shown(about_some) != _shown(about_none)


def _shown(answer: Answer | None) -> tuple[int, object]:
    # An error may quote the query, and statistics differ from one time to the next.
    if answer is None or answer.status != 200:
        return answer.status if answer else 0, None
    try:
        return 200, json.loads(answer.body)["data"]
    except (ValueError, KeyError, TypeError):
        return 200, answer.body


async def _quiet(target: Target, answered: Sequence[str], trials: int) -> Finding:
    sentence = (
        f"Tinybird answers SQL to a token that a page may hold ({', '.join(answered)}): whoever is "
        "signed in can ask queries of their own over the endpoints granted to them. "
        f"{trials} queries that fail at a row told nothing of others' rows."
    )
    if not await _has_rows(target):
        sentence += " That proves little: no rows are known (--tenant ID, or TINYBIRD_ADMIN_TOKEN)."
    return warning(_CHECK, sentence, _KEEP)


async def _has_rows(target: Target) -> bool:
    if target.options.tenants or not target.admin_token:
        return bool(target.options.tenants)
    sql = f"SELECT count() > 0 AS known FROM {target.policy.events_datasource}"  # noqa: S608
    answer = await target.ask(_request(target, target.admin_token, sql))
    return _shown(answer) == (200, [{"known": 1}])


def _leak(trial: _Trial) -> Finding:
    return error(
        _CHECK,
        f"SQL over {trial.probe.endpoint} fails by other tenants' {trial.column} ({trial.form}): "
        "whoever is signed in can spell out their values, one query after the other.",
        _MEND,
    )


def _unclear(what: str, answer: Answer | None) -> Finding:
    sentence = f"Tinybird's SQL gave no clear answer for {what} ({sentence_of(answer)})."
    return warning(_CHECK, sentence, "Run the doctor again.")


def _is_clear(answer: Answer | None) -> bool:
    return answer is not None and (answer.status == 200 or answer.status in _REFUSED)


def _sql(target: Target, probe: Probe, sql: str) -> Outgoing:
    return _request(target, probe.token, sql, probe.params)


def _request(
    target: Target, token: str, sql: str, params: tuple[tuple[str, str], ...] = ()
) -> Outgoing:
    headers = {"Authorization": f"Bearer {token}"}
    query = (("q", f"{sql} FORMAT JSON"), *params)
    return Outgoing("GET", f"{target.api_url}/v0/sql", headers, query)
