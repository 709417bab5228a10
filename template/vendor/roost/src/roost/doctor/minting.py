"""The tokens that pages read with: Clerk mints them by its JWT template, so that is examined."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence

from roost.clerk_template.document import (
    Document,
    TemplateImpossible,
    claims_for,
    for_environment,
    make_document,
)
from roost.clerk_template.installation import ClerkApi, ClerkRefused, comparable, installed
from roost.doctor.findings import Finding, error, ok, skipped
from roost.doctor.probes import OWN_RPS, Probe, member_of, nobodys_id, probe_with
from roost.doctor.rows import sentence_of, shows_data
from roost.doctor.target import Target
from roost.identity.tenancy import NO_ORGANIZATION
from roost.net.client import Outgoing
from roost.policy.access import Grant
from roost.policy.product import JWT_TEMPLATE
from roost.tinybird.tokens import is_signed_with, sign_claims

_PUSH = "Run `uv run poe clerk-template push`."
# So many users are looked through for one who is signed in.
_USERS = 5


async def examine_minting(target: Target) -> list[Finding]:
    """Compare Clerk's template with `policy.py`, and its signing key with the app's."""
    if not _is_clerks(target):
        return []
    if not target.settings.clerk_secret_key:
        return [skipped("jwt-template", "Clerk shows its template to CLERK_SECRET_KEY alone.")]
    try:
        found = await installed(_api(target), JWT_TEMPLATE)
        finding = _compared(found, _wanted(target))
    except TemplateImpossible as problem:
        mend = "Mend policy.py, or have the backend mint: docs/minting.md."
        return [error("jwt-template", sentence, mend) for sentence in str(problem).splitlines()]
    except ClerkRefused as refusal:
        return [
            error(
                "jwt-template",
                str(refusal),
                "Check CLERK_SECRET_KEY and CLERK_API_URL.",
            )
        ]
    return [finding, await _signing_key(target)] if found else [finding]


async def probe_as_pages(
    target: Target, probes: Sequence[Probe]
) -> tuple[list[Finding], Sequence[Probe]]:
    """Read each granted endpoint with tokens as Clerk makes them, also without an organization."""
    if not _is_clerks(target):
        return [], probes
    try:
        template = await _template(target)
    except TemplateImpossible:
        return [skipped("page-token", "policy.py says what no template can.")], probes
    pages = await _looks(target, template, nobodys_id())
    findings = [_taken(pages)]
    if target.policy.product.tenancy == "organization":
        findings += _without_organization(await _looks(target, template, NO_ORGANIZATION))
    return findings, pages


def _is_clerks(target: Target) -> bool:
    # product.json is what pages go by.
    return target.policy.product.minting == "clerk_template"


def _api(target: Target) -> ClerkApi:
    settings = target.settings
    return ClerkApi(settings.clerk_api_url, settings.clerk_secret_key, target.client)


def _wanted(target: Target) -> Document:
    policy = target.policy
    document = make_document(policy)
    return for_environment(document, target.settings.token_rules, policy.product.tenancy)


async def _template(target: Target) -> Document:
    """Return what Clerk has; where that is not known, what it should have."""
    wanted = _wanted(target)
    if not target.settings.clerk_secret_key:
        return wanted
    try:
        return await installed(_api(target), JWT_TEMPLATE) or wanted
    except ClerkRefused:
        return wanted


def _compared(found: Document | None, wanted: Document) -> Finding:
    check, name = "jwt-template", JWT_TEMPLATE
    if found is None:
        return error(check, f"Clerk has no JWT template {name}: pages get no token.", _PUSH)
    differing = ", ".join(_differing(comparable(found, wanted), wanted))
    if differing:
        return error(
            check,
            f"Clerk's JWT template {name} is not what policy.py says, in {differing}: pages have "
            "other rights than you think.",
            "`uv run poe clerk-template diff` shows it, `push` mends it.",
        )
    return ok(check, f"Clerk mints what policy.py says, for {wanted['lifetime']} seconds.")


def _differing(found: Document, wanted: Document, path: str = "") -> Iterator[str]:
    for name in sorted({*found, *wanted}):
        ours, theirs = wanted.get(name), found.get(name)
        if name == "claims" and isinstance(ours, dict) and isinstance(theirs, dict):
            yield from _differing(theirs, ours, "claims.")
        elif ours != theirs:
            yield path + name


async def _signing_key(target: Target) -> Finding:
    # Clerk never shows the key; a token that it makes tells. Nothing is read with that one.
    check = "clerk-signing-key"
    session_id = await _somebodys_session(target)
    if session_id is None:
        return skipped(check, "Nobody is signed in, so Clerk mints for nobody.")
    answer = await _clerk(target, "POST", f"/sessions/{session_id}/tokens/{JWT_TEMPLATE}")
    token = answer.get("jwt") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        return skipped(check, "Clerk minted no token for a session that it lists.")
    if is_signed_with(token, target.settings.token_rules.secret):
        return ok(check, "Clerk signs with TINYBIRD_JWT_SECRET.")
    sentence = "Clerk signs with another key than TINYBIRD_JWT_SECRET: Tinybird refuses each page."
    return error(check, sentence, _PUSH)


async def _somebodys_session(target: Target) -> str | None:
    recent = (("limit", str(_USERS)), ("order_by", "-last_active_at"))
    for user in _ids(await _clerk(target, "GET", "/users", recent)):
        wanted = (("user_id", user), ("status", "active"), ("limit", "1"))
        for session_id in _ids(await _clerk(target, "GET", "/sessions", wanted)):
            return session_id
    return None


async def _clerk(
    target: Target, method: str, path: str, params: tuple[tuple[str, str], ...] = ()
) -> object:
    # Source: https://clerk.com/docs/reference/backend-api/tag/sessions
    settings = target.settings
    headers = {"Authorization": f"Bearer {settings.clerk_secret_key}"}
    url = f"{settings.clerk_api_url}/v1{path}"
    answer = await target.ask(Outgoing(method, url, headers, params, timeout_s=5))
    try:
        return json.loads(answer.body) if answer is not None and answer.status == 200 else None
    except ValueError:
        return None


def _ids(listed: object) -> Iterable[str]:
    rows = listed if isinstance(listed, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


async def _looks(target: Target, template: Document, tenant_id: str) -> Sequence[Probe]:
    # Of several grants for one endpoint a template has the first.
    grants = {grant.endpoint: grant for grant in reversed(target.policy.grants)}.values()
    return await asyncio.gather(*(_probe(target, template, one, tenant_id) for one in grants))


async def _probe(target: Target, template: Document, grant: Grant, tenant_id: str) -> Probe:
    tenant, now = member_of(target, grant, tenant_id), int(target.clock())
    rules = target.settings.token_rules
    claims = {
        **claims_for(template, tenant.user_id, tenant.session.org_id),
        "iat": now,
        # Longer than the template's: the examination may have to wait for the plan's limit.
        "exp": now + rules.ttl_s,
        "limits": {"rps": OWN_RPS},
    }
    return await probe_with(target, grant, tenant, sign_claims(claims, rules.secret))


def _taken(probes: Sequence[Probe]) -> Finding:
    check = "page-token"
    refused = [probe for probe in probes if probe.status in (401, 403)]
    if not refused:
        return ok(check, "Tinybird takes a token as Clerk makes it.")
    names = ", ".join(probe.endpoint for probe in refused)
    sentence = f"Tinybird refuses a token as Clerk makes it for {names}"
    return error(check, f"{sentence} ({sentence_of(refused[0].answer)}).", _PUSH)


def _without_organization(probes: Sequence[Probe]) -> list[Finding]:
    check = NO_ORGANIZATION
    open_ = [
        probe
        for probe in probes
        if probe.answer and probe.status == 200 and shows_data(probe.answer)
    ]
    if not open_:
        return [ok(check, "A session without an organization reads no row.")]
    names = ", ".join(probe.endpoint for probe in open_)
    return [
        error(
            check,
            f"Whoever is signed in without an organization sees rows in {names}.",
            f"Delete the rows of the tenant {NO_ORGANIZATION}: the app takes none for it, so "
            "somebody sends them past it.",
        )
    ]
