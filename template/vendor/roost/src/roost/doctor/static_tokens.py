"""The static tokens, tried against all that they must not read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from roost.doctor.findings import Finding, error, ok, skipped, warning
from roost.doctor.probes import made_up, read_request, sql_request
from roost.doctor.rows import sentence_of
from roost.doctor.target import Target
from roost.net.client import Answer, Outgoing

# 404: real services hide what a token may not see.
_REFUSED = frozenset({401, 403, 404})
_TABLE = "the table "


async def examine_static_tokens(target: Target) -> list[Finding]:
    """Try to read a tenant's rows with each static token; then what it is there for."""
    settings = target.settings
    tokens = {
        "TINYBIRD_INGEST_TOKEN": settings.tinybird_ingest_token,
        "TINYBIRD_API_KEY": settings.tinybird_api_key,
    }
    tried = await asyncio.gather(*(_tried(target, *entry) for entry in tokens.items()))
    return [
        *(finding for findings in tried for finding in findings),
        *await _sends(target),
        *await _shows_public(target),
    ]


async def _tried(target: Target, variable: str, token: str) -> Sequence[Finding]:
    if not token:
        return [skipped("static-tokens", f"{variable} is not set.")]
    requests = dict(_forbidden(target, token))
    answers = await asyncio.gather(*(target.ask(request) for request in requests.values()))
    findings = [
        _verdict(variable, what, answer)
        for what, answer in zip(requests, answers, strict=True)
        if not _is_refused(what, answer)
    ]
    return findings or [ok("static-tokens", f"{variable} can read no tenant's rows.")]


def _forbidden(target: Target, token: str) -> Iterator[tuple[str, Outgoing]]:
    for name, endpoint in target.catalog.items():
        if name not in target.policy.public_endpoints:
            params = (*made_up(endpoint, period=False), ("tenant_id", "canary"))
            yield name, read_request(target, name, params, token)
    table = target.policy.events_datasource
    for name in (table, f"{table}_quarantine"):
        yield f"{_TABLE}{name}", sql_request(target, name, token)


def _verdict(variable: str, what: str, answer: Answer | None) -> Finding:
    if answer is not None and answer.status in (200, 400):
        return error(
            "static-tokens",
            f"{variable} can read {what}: whoever holds it sees every tenant's rows.",
            f"Take the token's READ from {what} (a TOKEN line, or the workspace's page Tokens), "
            "deploy, and give it a new value.",
        )
    return warning(
        "static-tokens",
        f"{variable} got no clear refusal for {what} ({sentence_of(answer)}).",
        "Run the doctor again.",
    )


def _is_refused(what: str, answer: Answer | None) -> bool:
    # SQL is refused with 400 as well; from an endpoint that is an answer of its own SQL.
    refused = {*_REFUSED, 400} if what.startswith(_TABLE) else _REFUSED
    return answer is not None and answer.status in refused


async def _sends(target: Target) -> list[Finding]:
    token, check = target.settings.tinybird_ingest_token, "ingest-token"
    if not token:
        return [
            warning(
                check,
                "TINYBIRD_INGEST_TOKEN is not set: POST /api/events answers 503.",
                "Copy the token app_ingest of the workspace's page Tokens.",
            )
        ]
    # Nothing is in it, so nothing is stored.
    table = target.policy.events_datasource
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    request = Outgoing("POST", f"{target.api_url}/v0/events", headers, (("name", table),))
    answer = await target.ask(request)
    if answer is not None and answer.status in _REFUSED:
        sentence = f"Tinybird refuses TINYBIRD_INGEST_TOKEN for {table} ({sentence_of(answer)})."
        return [error(check, sentence, "Copy the token app_ingest, and deploy the data project.")]
    return [ok(check, f"TINYBIRD_INGEST_TOKEN is taken for {table}.")]


async def _shows_public(target: Target) -> list[Finding]:
    check, token = "public-endpoints", target.settings.tinybird_api_key
    names = sorted(target.policy.public_endpoints)
    if not names:
        return []
    if not token:
        sentence = f"TINYBIRD_API_KEY is not set: visitors get 503 for {', '.join(names)}."
        return [warning(check, sentence, "Copy the token app_public of the page Tokens.")]
    requests = (
        read_request(target, name, made_up(target.catalog[name], period=False), token)
        for name in names
    )
    answers = await asyncio.gather(*(target.ask(request) for request in requests))
    findings = [
        error(
            check,
            f"TINYBIRD_API_KEY cannot read {name} ({sentence_of(answer)}).",
            "Copy the token app_public, and deploy the data project.",
        )
        for name, answer in zip(names, answers, strict=True)
        if answer is None or answer.status in _REFUSED
    ]
    return findings or [ok(check, f"Visitors can read {', '.join(names)}.")]
