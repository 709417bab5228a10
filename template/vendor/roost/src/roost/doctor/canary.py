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
from roost.doctor.probes import Params, Probe, read_request, sql_of, sql_request
from roost.doctor.rows import sentence_of, shows_data
from roost.doctor.target import Target
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


async def canary(target: Target, probes: Sequence[Probe], victims: Sequence[str]) -> list[Finding]:
    """Ask every granted endpoint in every way; `victims`: tenants that exist, if any is known."""
    readable = [probe for probe in probes if probe.status == 200]
    if not readable:
        return [skipped("canary", "No granted endpoint could be read.")]
    findings = [_unread(probe) for probe in probes if probe.status not in _TOLD_ELSEWHERE]
    findings += [_leak("canary", probe, "plainly") for probe in readable if _shows(probe.answer)]
    attempts = [
        (probe, attempt) for probe in readable for attempt in _attempts(target, probe, victims)
    ]
    answers = await asyncio.gather(*(target.ask(attempt.request) for _, attempt in attempts))
    for (probe, attempt), answer in zip(attempts, answers, strict=True):
        findings += _judge(probe, attempt, answer)
    return [*findings, *_clean(findings, len(readable), len(attempts), victims)]


def _attempts(target: Target, probe: Probe, victims: Sequence[str]) -> Iterator[Attempt]:
    # An empty tenant is refused by a pipe that gets to see it, so it betrays itself too.
    first, *others = victims or [""]
    yield from _overrides(target, probe, first)
    for victim in others:
        yield _asks_for(target, probe, victim)
    yield from _queries(target, probe)
    yield _read(target, probe, "canary-staging", "staging", (("__tb__deployment", "staging"),))


def _overrides(target: Target, probe: Probe, victim: str) -> Iterator[Attempt]:
    check, other = "canary-override", (("tenant_id", victim),)
    own = (("tenant_id", probe.tenant.id),)
    yield _asks_for(target, probe, victim)
    yield _read(target, probe, check, "for another tenant twice", other + other)
    yield _read(target, probe, check, "for its own tenant and another one", own + other)
    form = urlencode(probe.params + other).encode()
    kind = "application/x-www-form-urlencoded"
    yield _post(target, probe, "for another tenant in a form", kind, form)
    body = json.dumps(dict(probe.params + other)).encode()
    yield _post(target, probe, "for another tenant in a JSON body", "application/json", body)


def _asks_for(target: Target, probe: Probe, victim: str) -> Attempt:
    how = "for another tenant in the query"
    return _read(target, probe, "canary-override", how, (("tenant_id", victim),))


def _queries(target: Target, probe: Probe) -> Iterator[Attempt]:
    table = target.policy.events_datasource
    for name in ("_", table):
        more = (("q", sql_of(name)),)
        yield _read(target, probe, "canary-sql", f"with q, for {name}", more)
    for name in (probe.endpoint, table):
        request = sql_request(target, name, probe.token, probe.params)
        yield Attempt("canary-sql", f"through /v0/sql, for {name}", request)


def _read(target: Target, probe: Probe, check: str, how: str, more: Params) -> Attempt:
    request = read_request(target, probe.endpoint, probe.params + more, probe.token)
    return Attempt(check, how, request)


def _post(target: Target, probe: Probe, how: str, kind: str, body: bytes) -> Attempt:
    url = f"{target.api_url}/v0/pipes/{probe.endpoint}.json"
    headers = {"Authorization": f"Bearer {probe.token}", "Content-Type": kind}
    return Attempt("canary-override", how, Outgoing("POST", url, headers, content=body))


def _judge(probe: Probe, attempt: Attempt, answer: Answer | None) -> Iterator[Finding]:
    if answer is not None and answer.status == 200:
        if _shows(answer) and not _shows(probe.answer):
            yield _leak(attempt.check, probe, attempt.how)
    elif answer is None or answer.status not in _REFUSED:
        yield warning(
            attempt.check,
            f"{probe.endpoint} gave no clear answer when asked {attempt.how} "
            f"({sentence_of(answer)}).",
            "Run the doctor again.",
        )
    elif attempt.check == "canary-override" and answer.status != 403:
        yield warning(
            attempt.check,
            f"{probe.endpoint} answered otherwise than before when asked {attempt.how} "
            f"({sentence_of(answer)}): the caller's tenant_id seems to have reached the pipe.",
            "Give the id of a tenant that has rows, --tenant ID, and run the doctor again.",
        )


def _shows(answer: Answer | None) -> bool:
    return answer is not None and shows_data(answer)


def _leak(check: str, probe: Probe, how: str) -> Finding:
    sentence = f"{probe.endpoint} shows rows to a tenant that does not exist when asked {how}."
    return error(check, sentence, _LEAK_MEND.format(probe.endpoint))


def _unread(probe: Probe) -> Finding:
    return warning(
        "canary",
        f"{probe.endpoint} could not be read with made-up parameters "
        f"({sentence_of(probe.answer)}), so nothing is known of it.",
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
