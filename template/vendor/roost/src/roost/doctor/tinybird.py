"""Tinybird: reachable, a minted token taken, and the deployed endpoints against the policy."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Iterator, Sequence

from roost.doctor.clocks import clock_finding
from roost.doctor.findings import Finding, error, ok, skipped, warning
from roost.doctor.probes import Probe, fixed_of, made_up, read_request, unbound_token
from roost.doctor.rows import sentence_of
from roost.doctor.target import Target
from roost.net.client import Answer, Outgoing
from roost.tinybird.api import is_alive, probe_request

_REFUSED = frozenset({401, 403})


async def examine_reach(target: Target) -> list[Finding]:
    """Ask whether Tinybird answers at all, and what time it is there."""
    answer = await target.ask(probe_request(target.api_url))
    if answer is None or not is_alive(answer):
        return [
            error(
                "tinybird",
                f"Tinybird does not answer at {target.api_url} ({sentence_of(answer)}).",
                "Check TINYBIRD_API_URL (`tb info` prints it); locally, start `uv run poe dev`.",
            )
        ]
    reached = ok("tinybird", f"Tinybird answers at {target.api_url}.")
    return [reached, *clock_finding("tinybird-clock", "Tinybird", answer, target.clock())]


def minted_tokens(target: Target, probes: Sequence[Probe]) -> list[Finding]:
    """Say whether Tinybird takes the tokens that the app mints."""
    check = "tinybird-token"
    refused = [probe for probe in probes if probe.status in _REFUSED]
    if not probes:
        return [skipped(check, "policy.py grants nothing.")]
    if not refused:
        return [ok(check, "Tinybird takes the tokens that the app mints.")]
    if len(refused) < len(probes):
        names = ", ".join(sorted({probe.endpoint for probe in refused}))
        sentence = f"Tinybird refuses a minted token for {names}, and takes those for others."
        return [error(check, sentence, "Deploy the data project: `uv run poe deploy`.")]
    sentence = f"Tinybird refuses every minted token ({sentence_of(refused[0].answer)})."
    return [error(check, sentence, _secret_mend(target))]


def granted(probes: Sequence[Probe]) -> list[Finding]:
    """Name the endpoints that are granted and not deployed."""
    missing = sorted({probe.endpoint for probe in probes if probe.status == 404})
    if not missing:
        return [ok("granted", "Every granted endpoint is deployed.")]
    return [
        error(
            "granted",
            f"{name} is granted in policy.py and not deployed: its readers get an error.",
            "Deploy the data project (`uv run poe deploy`), or take the grant away.",
        )
        for name in missing
    ]


async def tenant_parameter(target: Target, probes: Sequence[Probe]) -> list[Finding]:
    """Read each granted endpoint with a token that fixes no tenant: it must refuse."""
    check = "tenant-parameter"
    read = [probe for probe in probes if probe.status in (200, 400)]
    answers = await asyncio.gather(*(target.ask(_unbound(target, probe)) for probe in read))
    pairs = zip(read, answers, strict=True)
    open_ = sorted({probe.endpoint for probe, answer in pairs if _is_open(answer)})
    if not open_:
        return [ok(check, f"{len(read)} granted endpoints refuse a token without a tenant.")]
    return [
        error(
            check,
            f"{name} answers without a tenant_id: it was deployed without the required parameter.",
            f"Every node of tinybird/endpoints/{name}.pipe that reads a tenant's table filters by "
            "{{ String(tenant_id, required=True) }}; mend it and deploy.",
        )
        for name in open_
    ]


async def deployed(target: Target) -> list[Finding]:
    """Compare the list of deployed endpoints with endpoints.json and the policy."""
    check = "deployed"
    if not target.admin_token:
        return [skipped(check, "The list of deployed endpoints needs TINYBIRD_ADMIN_TOKEN.")]
    headers = {"Authorization": f"Bearer {target.admin_token}"}
    answer = await target.ask(Outgoing("GET", f"{target.api_url}/v0/pipes", headers))
    if answer is None or answer.status != 200:
        sentence = f"TINYBIRD_ADMIN_TOKEN may not list the pipes ({sentence_of(answer)})."
        return [error(check, sentence, "Copy a token with the scope ADMIN of this workspace.")]
    try:
        names = sorted(_endpoints(answer))
    except (ValueError, KeyError, TypeError):
        return [skipped(check, "The list of pipes is not what Tinybird documents.")]
    problems = [finding for name in names for finding in _stranger(target, name)]
    opened = await asyncio.gather(*(_open_stranger(target, finding[0]) for finding in problems))
    findings = [finding for _name, finding in problems]
    findings += [finding for found in opened for finding in found]
    return findings or [ok(check, f"The {len(names)} deployed endpoints are granted or public.")]


def _stranger(target: Target, name: str) -> Iterator[tuple[str, Finding]]:
    granted_names = {grant.endpoint for grant in target.policy.grants}
    if name in granted_names or name in target.policy.public_endpoints:
        return
    if name in target.catalog:
        sentence = f"{name} is deployed and not granted: nobody can read it."
        mend = "Grant it in policy.py, or remove its file."
    else:
        sentence = f"{name} is deployed and not in tinybird/: somebody made it by hand."
        mend = "Add its file to tinybird/, or deploy: that removes it."
    yield name, warning("deployed", sentence, mend)


async def _open_stranger(target: Target, name: str) -> Iterator[Finding]:
    known = target.catalog.get(name)
    params = made_up(known, period=False) if known else ()
    answer = await target.ask(read_request(target, name, params, unbound_token(target, name, {})))
    if not _is_open(answer):
        return iter(())
    return iter(
        [
            warning(
                "tenant-parameter",
                f"{name} answers without a tenant_id; nobody's token reads it yet.",
                "Give it the parameter before anybody grants it, or remove it.",
            )
        ]
    )


def _unbound(target: Target, probe: Probe) -> Outgoing:
    fixed = fixed_of(target, probe)
    del fixed["tenant_id"]
    token = unbound_token(target, probe.endpoint, fixed)
    return read_request(target, probe.endpoint, probe.params, token)


def _is_open(answer: Answer | None) -> bool:
    return answer is not None and answer.status == 200


def _endpoints(answer: Answer) -> Iterator[str]:
    # Source: https://www.tinybird.co/docs/api-reference/pipe-api
    for pipe in json.loads(answer.body)["pipes"]:
        if pipe.get("endpoint") or pipe.get("type") == "endpoint":
            yield str(pipe["name"])


def _secret_mend(target: Target) -> str:
    rules = target.settings.token_rules
    owner = _owner(rules.secret)
    if owner is not None and owner != rules.workspace_id:
        return (
            f"TINYBIRD_JWT_SECRET says that it belongs to {owner}, which is not "
            "TINYBIRD_WORKSPACE_ID: copy the token called 'workspace admin token' of that "
            "workspace, not your personal 'admin <e-mail>' one."
        )
    return (
        "TINYBIRD_JWT_SECRET must be the 'workspace admin token' as it is now (not a personal "
        "one, not one from before a refresh), TINYBIRD_WORKSPACE_ID that workspace's id, and "
        "TINYBIRD_API_URL its region."
    )


def _owner(token: str) -> str | None:
    # A static token is p.BASE64.SIGNATURE, with its owner's id as `u`: observed, not documented,
    # so it explains a refusal and proves none.
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    owner = claims.get("u") if isinstance(claims, dict) else None
    return owner if isinstance(owner, str) else None
