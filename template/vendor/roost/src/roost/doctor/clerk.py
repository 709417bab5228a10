"""Clerk: its keys, whether both API keys are of one instance, its clock, its tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator

from roost.doctor.clocks import clock_finding
from roost.doctor.findings import Finding, error, ok, skipped, warning
from roost.doctor.target import Target
from roost.identity.jwks import KeySet, parse_jwks
from roost.net.client import Answer, Outgoing

_TENANTS = 2


async def examine_clerk(target: Target) -> list[Finding]:
    """Compare what the Frontend API and the Backend API say of their keys."""
    settings = target.settings
    answer = await target.ask(Outgoing("GET", settings.jwks_url, timeout_s=5))
    published = _keys(answer)
    findings = [_published(target, published, answer)]
    if answer is not None:
        findings += clock_finding("clerk-clock", "Clerk", answer, target.clock())
    if published is not None:
        findings += _static_key(settings.clerk_static_keys, published)
    return [*findings, await _secret_key(target, published)]


async def known_tenants(target: Target) -> list[str]:
    """Return the ids of a few tenants, as Clerk's Backend API lists them; none if it does not."""
    if not target.settings.clerk_secret_key:
        return []
    kind = "organizations" if target.policy.product.tenancy == "organization" else "users"
    answer = await target.ask(_backend(target, kind, (("limit", str(_TENANTS)),)))
    if answer is None or answer.status != 200:
        return []
    try:
        body = json.loads(answer.body)
        listed = body["data"] if isinstance(body, dict) else body
        return [str(entry["id"]) for entry in listed]
    except (ValueError, KeyError, TypeError):
        return []


def _published(target: Target, keys: KeySet | None, answer: Answer | None) -> Finding:
    url = target.settings.jwks_url
    if keys is not None:
        return ok("clerk-jwks", f"Clerk's keys are published at {url}.")
    status = "no answer" if answer is None else f"status {answer.status}"
    sentence = f"Clerk's keys cannot be read from {url} ({status})."
    mend = "Check CLERK_PUBLISHABLE_KEY and CLERK_PROXY_URL; locally, start `uv run poe dev`."
    if target.settings.clerk_static_keys is not None:
        return warning("clerk-jwks", f"{sentence} CLERK_JWT_KEY does without.", mend)
    return error("clerk-jwks", f"{sentence} Nobody can sign in.", mend)


def _static_key(static: KeySet | None, published: KeySet) -> Iterator[Finding]:
    if static is None:
        return
    if static.only in published.by_kid.values():
        yield ok("clerk-jwt-key", "CLERK_JWT_KEY is one of the instance's keys.")
    else:
        yield error(
            "clerk-jwt-key",
            "CLERK_JWT_KEY is no key of this Clerk instance: every session is refused.",
            "Copy the PEM public key again, or leave the variable empty.",
        )


async def _secret_key(target: Target, published: KeySet | None) -> Finding:
    check, settings = "clerk-instance", target.settings
    secret = settings.clerk_secret_key
    if not secret:
        return skipped(check, "CLERK_SECRET_KEY is not set.")
    if "_live_" in secret and not settings.clerk_key.is_live:
        return _other_instance("the one is of a production instance, the other is not")
    answer = await target.ask(_backend(target, "jwks"))
    if answer is not None and answer.status in (401, 403):
        return error(
            check,
            f"Clerk's Backend API refuses CLERK_SECRET_KEY ({answer.status}).",
            "Copy the secret key again from the page API keys of the same instance.",
        )
    own = _keys(answer)
    if own is None or published is None:
        return skipped(check, "The keys of both APIs are needed, and one of them is not readable.")
    if not own.by_kid.keys() & published.by_kid.keys():
        return _other_instance("the keys behind them differ")
    return ok(check, "CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY are of one instance.")


def _other_instance(why: str) -> Finding:
    return error(
        "clerk-instance",
        f"CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY are of different Clerk instances: {why}.",
        "Copy both from the page API keys of one instance.",
    )


def _backend(target: Target, path: str, params: tuple[tuple[str, str], ...] = ()) -> Outgoing:
    # Source: https://clerk.com/docs/reference/backend-api
    settings = target.settings
    headers = {"Authorization": f"Bearer {settings.clerk_secret_key}"}
    return Outgoing("GET", f"{settings.clerk_api_url}/v1/{path}", headers, params, timeout_s=5)


def _keys(answer: Answer | None) -> KeySet | None:
    if answer is None or answer.status != 200:
        return None
    try:
        return parse_jwks(answer.body)
    except ValueError:
        return None
