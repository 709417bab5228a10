"""The canary: a token of a tenant that does not exist must show no row, whatever is asked.

Tinybird documents that a token's fixed parameters win; this asks the real service.
Source: https://www.tinybird.co/docs/forward/administration/tokens/jwt
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from roost.doctor.findings import Finding, error, ok, skipped, warning
from roost.doctor.looks import Look, Params, read_request, sql_of, sql_request
from roost.doctor.patient import Patient
from roost.doctor.rows import sentence_of, shows_data
from roost.net.client import Answer, Outgoing

_LEAK_MEND = (
    "Serve nobody until it is mended: compare the deployed pipe with tinybird/endpoints/{0}.pipe, "
    "and deploy again."
)
# 401, 403, 404: minted_tokens and granted speak of them.
_TOLD_ELSEWHERE = frozenset({200, 401, 403, 404})
_REFUSED = frozenset({400, 401, 403, 404, 405, 415, 422})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to ask for more than the token allows.

    check: the id of its finding.  how: goes on after "when asked".
    """

    check: str
    how: str
    request: Outgoing


async def canary(patient: Patient, looks: Sequence[Look], victims: Sequence[str]) -> list[Finding]:
    """Ask every granted endpoint in every way; `victims`: tenants that exist, if any is known."""
    readable = [look for look in looks if look.status == 200]
    if not readable:
        return [skipped("canary", "No granted endpoint could be read.")]
    findings = [_unread(look) for look in looks if look.status not in _TOLD_ELSEWHERE]
    findings += [_leak("canary", look, "plainly") for look in readable if _shows(look.answer)]
    attempts = [
        (look, attempt) for look in readable for attempt in _attempts(patient, look, victims)
    ]
    answers = await asyncio.gather(*(patient.ask(attempt.request) for _, attempt in attempts))
    for (look, attempt), answer in zip(attempts, answers, strict=True):
        findings += _judge(look, attempt, answer)
    return [*findings, *_clean(findings, len(readable), len(attempts), victims)]


def _attempts(patient: Patient, look: Look, victims: Sequence[str]) -> Iterator[Attempt]:
    # An empty tenant is refused by a pipe that gets to see it, so it betrays itself too.
    first, *others = victims or [""]
    yield from _overrides(patient, look, first)
    for victim in others:
        yield _asks_for(patient, look, victim)
    yield from _queries(patient, look)
    yield _read(patient, look, "canary-staging", "staging", (("__tb__deployment", "staging"),))


def _overrides(patient: Patient, look: Look, victim: str) -> Iterator[Attempt]:
    check, other = "canary-override", (("tenant_id", victim),)
    own = (("tenant_id", look.tenant.id),)
    yield _asks_for(patient, look, victim)
    yield _read(patient, look, check, "for another tenant twice", other + other)
    yield _read(patient, look, check, "for its own tenant and another one", own + other)
    form = urlencode(look.params + other).encode()
    kind = "application/x-www-form-urlencoded"
    yield _post(patient, look, "for another tenant in a form", kind, form)
    body = json.dumps(dict(look.params + other)).encode()
    yield _post(patient, look, "for another tenant in a JSON body", "application/json", body)


def _asks_for(patient: Patient, look: Look, victim: str) -> Attempt:
    how = "for another tenant in the query"
    return _read(patient, look, "canary-override", how, (("tenant_id", victim),))


def _queries(patient: Patient, look: Look) -> Iterator[Attempt]:
    table = patient.policy.events_datasource
    for name in ("_", table):
        more = (("q", sql_of(name)),)
        yield _read(patient, look, "canary-sql", f"with q, for {name}", more)
    for name in (look.endpoint, table):
        request = sql_request(patient, name, look.token, look.params)
        yield Attempt("canary-sql", f"through /v0/sql, for {name}", request)


def _read(patient: Patient, look: Look, check: str, how: str, more: Params) -> Attempt:
    request = read_request(patient, look.endpoint, look.params + more, look.token)
    return Attempt(check, how, request)


def _post(patient: Patient, look: Look, how: str, kind: str, body: bytes) -> Attempt:
    url = f"{patient.api_url}/v0/pipes/{look.endpoint}.json"
    headers = {"Authorization": f"Bearer {look.token}", "Content-Type": kind}
    return Attempt("canary-override", how, Outgoing("POST", url, headers, content=body))


def _judge(look: Look, attempt: Attempt, answer: Answer | None) -> Iterator[Finding]:
    if answer is not None and answer.status == 200:
        if _shows(answer) and not _shows(look.answer):
            yield _leak(attempt.check, look, attempt.how)
    elif answer is None or answer.status not in _REFUSED:
        yield warning(
            attempt.check,
            f"{look.endpoint} gave no clear answer when asked {attempt.how} "
            f"({sentence_of(answer)}).",
            "Run the doctor again.",
        )
    elif attempt.check == "canary-override" and answer.status != 403:
        yield warning(
            attempt.check,
            f"{look.endpoint} answered otherwise than before when asked {attempt.how} "
            f"({sentence_of(answer)}): the caller's tenant_id seems to have reached the pipe.",
            "Give the id of a tenant that has rows, --tenant ID, and run the doctor again.",
        )


def _shows(answer: Answer | None) -> bool:
    return answer is not None and shows_data(answer)


def _leak(check: str, look: Look, how: str) -> Finding:
    sentence = f"{look.endpoint} shows rows to a tenant that does not exist when asked {how}."
    return error(check, sentence, _LEAK_MEND.format(look.endpoint))


def _unread(look: Look) -> Finding:
    return warning(
        "canary",
        f"{look.endpoint} could not be read with made-up parameters ({sentence_of(look.answer)}), "
        "so nothing is known of it.",
        "Give its required parameters types and defaults that a stranger can fill in.",
    )


def _clean(
    findings: Sequence[Finding], endpoints: int, attempts: int, victims: Sequence[str]
) -> Iterator[Finding]:
    if not findings:
        tried = f"{attempts} tries to get at others' rows through {endpoints} endpoints"
        yield ok("canary", f"A tenant that does not exist sees no row, with {tried}.")
    if not victims:
        yield skipped(
            "canary-override",
            "No tenant is known that exists (CLERK_SECRET_KEY, or --tenant ID), so the tries to "
            "override tenant_id named an empty one.",
        )
