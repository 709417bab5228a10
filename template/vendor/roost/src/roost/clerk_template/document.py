"""The JWT template as `policy.py` has it, and with the values of one environment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from roost.identity.tenancy import NO_ORGANIZATION, Tenancy
from roost.policy.access import Claim, Grant, Policy
from roost.policy.product import JWT_TEMPLATE
from roost.tinybird.tokens import TokenRules

Document = dict[str, object]

# Clerk takes 30 at least. Nothing but its end ends such a token.
LIFETIME_S = 60
CLOCK_SKEW_S = 5

_USER = "{{user.id}}"
# A shortcode without a value becomes null, and a token of null would be nobody's to refuse.
_ORGANIZATION = f"{{{{org.id || '{NO_ORGANIZATION}'}}}}"
_TENANT: Mapping[Tenancy, str] = {"organization": _ORGANIZATION, "user": _USER}
# What the environment decides stands in the file by its variable's name.
_WORKSPACE, _RPS, _NAME = "${TINYBIRD_WORKSPACE_ID}", "${RATE_LIMIT_RPS}", "${RATE_LIMIT_BY}"


class TemplateImpossible(Exception):
    """A template cannot say what the policy says; the text holds one sentence a line."""


def make_document(policy: Policy) -> Document:
    """Return the template that gives every session what the policy gives it, and no more.

    Raises: TemplateImpossible: the policy differs by role, permission, or a claim that has no
    shortcode or may be missing.
    Source: https://clerk.com/docs/guides/sessions/jwt-templates
    """
    problems = [sentence for grant in policy.grants for sentence in _problems(grant, policy)]
    if not policy.grants:
        problems.append("GRANTS is empty, and Tinybird takes no token without a scope.")
    if problems:
        raise TemplateImpossible("\n".join(f"policy.py: {problem}" for problem in problems))
    # Of several grants for one endpoint the first counts, as it does for the backend.
    first = {grant.endpoint: grant for grant in reversed(policy.grants)}
    return {
        "name": JWT_TEMPLATE,
        "claims": {
            "workspace_id": _WORKSPACE,
            "name": _NAME,
            "scopes": [_scope(first[name], policy.product.tenancy) for name in sorted(first)],
            "limits": {"rps": _RPS},
        },
        "lifetime": LIFETIME_S,
        "allowed_clock_skew": CLOCK_SKEW_S,
        "custom_signing_key": True,
        "signing_algorithm": "HS256",
    }


def write_document(document: Document) -> str:
    """Return the text of the file."""
    return json.dumps(document, indent=2) + "\n"


def for_environment(document: Document, rules: TokenRules, tenancy: Tenancy) -> Document:
    """Return the template with the workspace, the limit and the names of one environment.

    A user's tokens have one name, whatever the organization: inside of a text Clerk's documents
    know shortcodes without a fallback only.
    """
    name = f"app:{_USER}" if rules.rate_limit_by == "user" else _TENANT[tenancy]
    values: Mapping[str, object] = {
        _WORKSPACE: rules.workspace_id,
        _RPS: rules.rate_limit_rps,
        _NAME: name,
    }
    return {key: _filled(value, values) for key, value in document.items()}


def claims_for(template: Document, user_id: str, org_id: str | None) -> Document:
    """Return a template's claims as Clerk makes them for a session.

    Shortcodes that `make_document` does not write stay as they are.
    """
    text = json.dumps(template.get("claims", {}))
    text = text.replace(_ORGANIZATION, org_id or NO_ORGANIZATION).replace(_USER, user_id)
    claims: Document = json.loads(text)
    return claims


def _scope(grant: Grant, tenancy: Tenancy) -> Document:
    fixed = {name: _shortcode(value) for name, value in grant.fixed.items()}
    fixed["tenant_id"] = _TENANT[tenancy]
    return {"type": "PIPES:READ", "resource": grant.endpoint, "fixed_params": fixed}


def _shortcode(value: str | Claim) -> str:
    if value is Claim.USER_ID:
        return _USER
    return _ORGANIZATION if value is Claim.ORG_ID else str(value)


def _problems(grant: Grant, policy: Policy) -> Iterator[str]:
    the_grant = f"the grant of {grant.endpoint}"
    if grant.who.role is not None or grant.who.permission is not None:
        yield f"{the_grant} differs by role or permission, which a JWT template cannot tell."
    sure = {Claim.USER_ID}
    if policy.product.tenancy == "organization":
        sure.add(Claim.ORG_ID)
    for name, value in grant.fixed.items():
        if isinstance(value, Claim):
            if value not in sure:
                yield f"{the_grant} fixes {name} to {value.value}, which a JWT template cannot."
        elif not value or "{{" in value or "${" in value:
            yield f"{the_grant} fixes {name} to a text that a JWT template would not keep."


def _filled(value: object, values: Mapping[str, object]) -> object:
    if isinstance(value, dict):
        return {name: _filled(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    return values.get(value, value) if isinstance(value, str) else value
