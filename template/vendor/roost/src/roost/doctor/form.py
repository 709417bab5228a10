"""What can be said of the settings without asking anybody."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from standardwebhooks import Webhook

from roost.doctor.findings import Finding, error, ok, skipped, warning
from roost.doctor.target import Target
from roost.errors import AppError
from roost.webhooks.receiver import verify

# Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
_WEBHOOK_BYTES = range(24, 65)
_LIMITS = "https://www.tinybird.co/docs/forward/pricing/limits"


def examine_form(target: Target) -> Iterator[Finding]:
    """Try the webhook secret, and look at the load that the settings allow."""
    yield _webhook_secret(target.settings.clerk_webhook_secrets)
    yield _load(target)


def _webhook_secret(secrets: tuple[str, ...]) -> Finding:
    check = "webhook-secret"
    if not secrets:
        return skipped(check, "CLERK_WEBHOOK_SIGNING_SECRET is not set.")
    if not all(_takes_a_delivery(secret) for secret in secrets):
        return error(
            check,
            "CLERK_WEBHOOK_SIGNING_SECRET is no signing secret: every delivery is refused.",
            "Copy whsec_... of the endpoint, on Clerk's page Webhooks.",
        )
    return ok(check, "A delivery signed with CLERK_WEBHOOK_SIGNING_SECRET is taken.")


def _takes_a_delivery(secret: str) -> bool:
    # Signed as Clerk signs, and verified as the app does.
    now, body = datetime.now(UTC).replace(microsecond=0), "{}"
    headers = {"svix-id": "msg_doctor", "svix-timestamp": str(int(now.timestamp()))}
    try:
        if len(base64.b64decode(secret.removeprefix("whsec_"))) not in _WEBHOOK_BYTES:
            return False
        headers["svix-signature"] = Webhook(secret).sign("msg_doctor", now, body)
        verify((secret,), headers.get, body.encode())
    except (ValueError, AppError):
        return False
    return True


def _load(target: Target) -> Finding:
    check, options, rules = "plan", target.options, target.settings.token_rules
    if options.users is None:
        return skipped(check, "Say how many read at once, --users N, to compare with the plan.")
    load = rules.rate_limit_rps * options.users
    who = "users" if rules.rate_limit_by == "user" else "tenants"
    sum_ = f"{options.users} {who} at RATE_LIMIT_RPS {rules.rate_limit_rps} may ask for {load}"
    if load > options.plan_rps:
        return warning(
            check,
            f"{sum_} queries a second; the plan has {options.plan_rps}, shared by all.",
            f"Lower RATE_LIMIT_RPS, {_sparing(target)}, or take a larger plan: {_LIMITS}",
        )
    return ok(check, f"{sum_} queries a second, within the plan's {options.plan_rps}.")


def _sparing(target: Target) -> str:
    # What the app keeps helps those alone who read through it.
    if target.settings.dashboard_reads == "backend":
        return "keep answers for longer (CACHE_SECONDS)"
    return "let the charts share what the app keeps (DASHBOARD_READS=backend)"
