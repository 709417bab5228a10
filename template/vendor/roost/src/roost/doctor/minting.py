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
from roost.doctor.looks import OWN_RPS, Look, look_with, member_of, nobodys_id
from roost.doctor.patient import Patient
from roost.doctor.rows import sentence_of, shows_data
from roost.identity.tenancy import NO_ORGANIZATION
from roost.net.client import Outgoing
from roost.policy.access import Grant
from roost.policy.product import JWT_TEMPLATE
from roost.tinybird.tokens import is_signed_with, sign_claims

_PUSH = "Run `uv run poe clerk-template push`."
# So many users are looked through for one who is signed in.
_USERS = 5


async def examine_minting(patient: Patient) -> list[Finding]:
    """Compare Clerk's template with `policy.py`, and its signing key with the app's."""
    if not _is_clerks(patient):
        return []
    if not patient.settings.clerk_secret_key:
        return [skipped("jwt-template", "Clerk shows its template to CLERK_SECRET_KEY alone.")]
    try:
        found = await installed(_api(patient), JWT_TEMPLATE)
        finding = _compared(found, _wanted(patient))
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
    return [finding, await _signing_key(patient)] if found else [finding]


async def look_as_pages(
    patient: Patient, looks: Sequence[Look]
) -> tuple[list[Finding], Sequence[Look]]:
    """Read each granted endpoint with tokens as Clerk makes them, also without an organization."""
    if not _is_clerks(patient):
        return [], looks
    try:
        template = await _template(patient)
    except TemplateImpossible:
        return [skipped("page-token", "policy.py says what no template can.")], looks
    pages = await _looks(patient, template, nobodys_id())
    findings = [_taken(pages)]
    if patient.policy.product.tenancy == "organization":
        findings += _without_organization(await _looks(patient, template, NO_ORGANIZATION))
    return findings, pages


def _is_clerks(patient: Patient) -> bool:
    # product.json is what pages go by.
    return patient.policy.product.minting == "clerk_template"


def _api(patient: Patient) -> ClerkApi:
    settings = patient.settings
    return ClerkApi(settings.clerk_api_url, settings.clerk_secret_key, patient.client)


def _wanted(patient: Patient) -> Document:
    policy = patient.policy
    document = make_document(policy)
    return for_environment(document, patient.settings.token_rules, policy.product.tenancy)


async def _template(patient: Patient) -> Document:
    """Return what Clerk has; where that is not known, what it should have."""
    wanted = _wanted(patient)
    if not patient.settings.clerk_secret_key:
        return wanted
    try:
        return await installed(_api(patient), JWT_TEMPLATE) or wanted
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


async def _signing_key(patient: Patient) -> Finding:
    # Clerk never shows the key; a token that it makes tells. Nothing is read with that one.
    check = "clerk-signing-key"
    session_id = await _somebodys_session(patient)
    if session_id is None:
        return skipped(check, "Nobody is signed in, so Clerk mints for nobody.")
    answer = await _clerk(patient, "POST", f"/sessions/{session_id}/tokens/{JWT_TEMPLATE}")
    token = answer.get("jwt") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        return skipped(check, "Clerk minted no token for a session that it lists.")
    if is_signed_with(token, patient.settings.token_rules.secret):
        return ok(check, "Clerk signs with TINYBIRD_JWT_SECRET.")
    sentence = "Clerk signs with another key than TINYBIRD_JWT_SECRET: Tinybird refuses each page."
    return error(check, sentence, _PUSH)


async def _somebodys_session(patient: Patient) -> str | None:
    recent = (("limit", str(_USERS)), ("order_by", "-last_active_at"))
    for user in _ids(await _clerk(patient, "GET", "/users", recent)):
        wanted = (("user_id", user), ("status", "active"), ("limit", "1"))
        for session_id in _ids(await _clerk(patient, "GET", "/sessions", wanted)):
            return session_id
    return None


async def _clerk(
    patient: Patient, method: str, path: str, params: tuple[tuple[str, str], ...] = ()
) -> object:
    # Source: https://clerk.com/docs/reference/backend-api/tag/sessions
    settings = patient.settings
    headers = {"Authorization": f"Bearer {settings.clerk_secret_key}"}
    url = f"{settings.clerk_api_url}/v1{path}"
    answer = await patient.ask(Outgoing(method, url, headers, params, timeout_s=5))
    try:
        return json.loads(answer.body) if answer is not None and answer.status == 200 else None
    except ValueError:
        return None


def _ids(listed: object) -> Iterable[str]:
    rows = listed if isinstance(listed, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


async def _looks(patient: Patient, template: Document, tenant_id: str) -> Sequence[Look]:
    # Of several grants for one endpoint a template has the first.
    grants = {grant.endpoint: grant for grant in reversed(patient.policy.grants)}.values()
    return await asyncio.gather(*(_look(patient, template, one, tenant_id) for one in grants))


async def _look(patient: Patient, template: Document, grant: Grant, tenant_id: str) -> Look:
    tenant, now = member_of(patient, grant, tenant_id), int(patient.clock())
    rules = patient.settings.token_rules
    claims = {
        **claims_for(template, tenant.user_id, tenant.session.org_id),
        "iat": now,
        # Longer than the template's: the examination may have to wait for the plan's limit.
        "exp": now + rules.ttl_s,
        "limits": {"rps": OWN_RPS},
    }
    return await look_with(patient, grant, tenant, sign_claims(claims, rules.secret))


def _taken(looks: Sequence[Look]) -> Finding:
    check = "page-token"
    refused = [look for look in looks if look.status in (401, 403)]
    if not refused:
        return ok(check, "Tinybird takes a token as Clerk makes it.")
    names = ", ".join(look.endpoint for look in refused)
    sentence = f"Tinybird refuses a token as Clerk makes it for {names}"
    return error(check, f"{sentence} ({sentence_of(refused[0].answer)}).", _PUSH)


def _without_organization(looks: Sequence[Look]) -> list[Finding]:
    check = NO_ORGANIZATION
    open_ = [
        look for look in looks if look.answer and look.status == 200 and shows_data(look.answer)
    ]
    if not open_:
        return [ok(check, "A session without an organization reads no row.")]
    names = ", ".join(look.endpoint for look in open_)
    return [
        error(
            check,
            f"Whoever is signed in without an organization sees rows in {names}.",
            f"Delete the rows of the tenant {NO_ORGANIZATION}: the app takes none for it, so "
            "somebody sends them past it.",
        )
    ]
