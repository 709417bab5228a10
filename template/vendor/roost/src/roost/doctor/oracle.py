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
from roost.doctor.looks import Look, nobodys_id
from roost.doctor.patient import Patient
from roost.doctor.rows import sentence_of
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
    look: Look
    column: str
    form: str

    def sql(self, condition: str) -> str:
        where = _FORMS[self.form].format(condition)
        return f"SELECT count() FROM {self.look.endpoint} WHERE {where}"  # noqa: S608


async def examine_oracle(patient: Patient, looks: Sequence[Look]) -> list[Finding]:
    """Ask Tinybird's SQL with the tokens of pages, first harmlessly, then for queries that fail."""
    readable = [look for look in looks if look.status == 200]
    if not readable:
        return []
    answers = await _harmless(patient, readable)
    unclear = [_unclear(what, answer) for what, answer in answers.items() if not _is_clear(answer)]
    if unclear:
        return unclear
    answered = [what for what, answer in answers.items() if answer and answer.status == 200]
    if not answered:
        return [ok(_CHECK, "Tinybird answers no SQL to a token that a page may hold.")]
    trials = [trial for look in readable if look.endpoint in answered for trial in _trials(look)]
    tells = await asyncio.gather(*(_tells(patient, trial) for trial in trials))
    telling = [_leak(trial) for trial, it_tells in zip(trials, tells, strict=True) if it_tells]
    return telling or [await _quiet(patient, answered, len(trials))]


async def _harmless(patient: Patient, looks: Sequence[Look]) -> Mapping[str, Answer | None]:
    asked = {_CONSTANT: _sql(patient, looks[0], "SELECT 1")}
    for look in looks:
        asked[look.endpoint] = _sql(patient, look, f"SELECT count() FROM {look.endpoint}")  # noqa: S608
    answers = await asyncio.gather(*map(patient.ask, asked.values()))
    return dict(zip(asked, answers, strict=True))


def _trials(look: Look) -> Iterator[_Trial]:
    for column in _columns(look):
        for form in _FORMS:
            yield _Trial(look, column, form)


def _columns(look: Look) -> list[str]:
    # Texts are what people keep secret.
    try:
        columns = json.loads(look.answer.body if look.answer else b"")["meta"]
        texts = [str(column["name"]) for column in columns if "String" in str(column["type"])]
    except (ValueError, KeyError, TypeError):
        return []
    return texts[:_MOST_COLUMNS]


async def _tells(patient: Patient, trial: _Trial) -> bool:
    # Two questions that differ by other tenants' rows alone: what holds for most, and for none.
    column = f"`{trial.column.replace('`', '')}`"
    some = trial.sql(f"ifNull(notEmpty(toString({column})), 0)")
    none = trial.sql(f"ifNull(toString({column}) = '{nobodys_id()}', 0)")
    asked = (_sql(patient, trial.look, sql) for sql in (some, none))
    about_some, about_none = await asyncio.gather(*map(patient.ask, asked))
    return _shown(about_some) != _shown(about_none)


def _shown(answer: Answer | None) -> tuple[int, object]:
    # An error may quote the query, and statistics differ from one time to the next.
    if answer is None or answer.status != 200:
        return answer.status if answer else 0, None
    try:
        return 200, json.loads(answer.body)["data"]
    except (ValueError, KeyError, TypeError):
        return 200, answer.body


async def _quiet(patient: Patient, answered: Sequence[str], trials: int) -> Finding:
    sentence = (
        f"Tinybird answers SQL to a token that a page may hold ({', '.join(answered)}): whoever is "
        "signed in can ask queries of their own over the endpoints granted to them. "
        f"{trials} queries that fail at a row told nothing of others' rows."
    )
    if not await _has_rows(patient):
        sentence += " That proves little: no rows are known (--tenant ID, or TINYBIRD_ADMIN_TOKEN)."
    return warning(_CHECK, sentence, _KEEP)


async def _has_rows(patient: Patient) -> bool:
    if patient.options.tenants or not patient.admin_token:
        return bool(patient.options.tenants)
    sql = f"SELECT count() > 0 AS known FROM {patient.policy.events_datasource}"  # noqa: S608
    answer = await patient.ask(_request(patient, patient.admin_token, sql))
    return _shown(answer) == (200, [{"known": 1}])


def _leak(trial: _Trial) -> Finding:
    return error(
        _CHECK,
        f"SQL over {trial.look.endpoint} fails by other tenants' {trial.column} ({trial.form}): "
        "whoever is signed in can spell out their values, one query after the other.",
        _MEND,
    )


def _unclear(what: str, answer: Answer | None) -> Finding:
    sentence = f"Tinybird's SQL gave no clear answer for {what} ({sentence_of(answer)})."
    return warning(_CHECK, sentence, "Run the doctor again.")


def _is_clear(answer: Answer | None) -> bool:
    return answer is not None and (answer.status == 200 or answer.status in _REFUSED)


def _sql(patient: Patient, look: Look, sql: str) -> Outgoing:
    return _request(patient, look.token, sql, look.params)


def _request(
    patient: Patient, token: str, sql: str, params: tuple[tuple[str, str], ...] = ()
) -> Outgoing:
    headers = {"Authorization": f"Bearer {token}"}
    query = (("q", f"{sql} FORMAT JSON"), *params)
    return Outgoing("GET", f"{patient.api_url}/v0/sql", headers, query)
