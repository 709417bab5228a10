"""Probes: every granted endpoint, read as a member of a tenant that does not exist."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from roost.doctor.target import Target
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.net.client import Answer, Outgoing
from roost.policy.access import Grant, granted_parameters
from roost.policy.catalog import Endpoint, Parameter
from roost.tinybird.api import query_request
from roost.tinybird.queries import Query
from roost.tinybird.tokens import mint_token, sign_claims

Params = tuple[tuple[str, str], ...]

# So that the doctor waits for the plan's limit alone, not for the app's.
OWN_RPS = 1000
_STARTS = frozenset({"from", "start", "since", "after", "begin", "min"})
_ENDS = frozenset({"to", "end", "until", "before", "max"})
_FIRST_DAY, _LAST_DAY = "2000-01-01", "2099-12-31"


@dataclass(frozen=True, slots=True)
class Probe:
    """A grant, a token that the app would mint for it, and what reading with it answers.

    answer: None if none came.
    """

    grant: Grant
    tenant: Tenant
    token: str = field(repr=False)
    params: Params
    answer: Answer | None

    @property
    def endpoint(self) -> str:
        """The endpoint's name."""
        return self.grant.endpoint

    @property
    def status(self) -> int:
        """The answer's status, 0 if none came."""
        return self.answer.status if self.answer else 0


async def probe_all(target: Target) -> list[Probe]:
    """Read each granted endpoint once, in the name of a tenant that nobody has."""
    tenant_id = nobodys_id()
    probes = (_probe(target, grant, tenant_id) for grant in target.policy.grants)
    return list(await asyncio.gather(*probes))


def nobodys_id() -> str:
    """Return the id of a tenant that does not exist."""
    return f"canary_{secrets.token_hex(12)}"


async def probe_with(target: Target, grant: Grant, tenant: Tenant, token: str) -> Probe:
    """Read a grant's endpoint with a token, of all of time where the endpoint takes that."""
    endpoint = target.catalog[grant.endpoint]
    probe = Probe(grant, tenant, token, made_up(endpoint, period=True), None)
    probe = await _answered(target, probe)
    if probe.status != 400:
        return probe
    # It may take shorter periods alone.
    return await _answered(target, replace(probe, params=made_up(endpoint, period=False)))


def member_of(target: Target, grant: Grant, tenant_id: str) -> Tenant:
    """Return somebody of a tenant, with the role and the permission that a grant asks for."""
    is_user = target.policy.product.tenancy == "user"
    now = target.clock()
    session = Session(
        user_id=tenant_id if is_user else "user_canary",
        session_id="sess_canary",
        expires_at=now + 60,
        not_before=now,
        org_id=None if is_user else tenant_id,
        org_slug=None if is_user else "canary",
        role=grant.who.role or "org:member",
        permissions=frozenset(_given(grant.who.permission)),
    )
    return Tenant(tenant_id, session)


def read_request(target: Target, endpoint: str, params: Params, token: str) -> Outgoing:
    """Build the request for an endpoint's JSON, as the app would send it."""
    return query_request(target.api_url, Query(endpoint, "json", params), token)


def sql_request(target: Target, name: str, token: str, params: Params = ()) -> Outgoing:
    """Build the request for rows of a table or an endpoint as SQL."""
    query = (("q", sql_of(name)), *params)
    headers = {"Authorization": f"Bearer {token}"}
    return Outgoing("GET", f"{target.api_url}/v0/sql", headers, query)


def sql_of(name: str) -> str:
    """Return the SQL that reads some rows of what the owner's files call `name`."""
    return f"SELECT * FROM {name} LIMIT 10 FORMAT JSON"  # noqa: S608


def unbound_token(target: Target, endpoint: str, fixed: Mapping[str, str]) -> str:
    """Mint a token that fixes no tenant, which no sound endpoint answers; it lives a minute."""
    now = int(target.clock())
    scope = {"type": "PIPES:READ", "resource": endpoint, "fixed_params": dict(fixed)}
    claims = {
        "workspace_id": target.settings.token_rules.workspace_id,
        "name": "doctor",
        "iat": now,
        "exp": now + 60,
        "scopes": [scope],
        "limits": {"rps": OWN_RPS},
    }
    return sign_claims(claims, target.settings.token_rules.secret)


def fixed_of(target: Target, probe: Probe) -> dict[str, str]:
    """Return what a probe's token fixes."""
    policy = replace(target.policy, grants=(probe.grant,))
    return granted_parameters(probe.tenant, policy)[probe.endpoint]


def made_up(endpoint: Endpoint, *, period: bool) -> Params:
    """Return values for the parameters that a request must bring; `period`: and all of time."""
    return tuple(
        (parameter.name, _value(parameter))
        for parameter in endpoint.parameters.values()
        if parameter.name != "tenant_id"
        and (parameter.required or (period and parameter.type.startswith("Date")))
    )


async def _probe(target: Target, grant: Grant, tenant_id: str) -> Probe:
    tenant = member_of(target, grant, tenant_id)
    policy = replace(target.policy, grants=(grant,))
    rules = replace(target.settings.token_rules, rate_limit_rps=OWN_RPS)
    token = mint_token(tenant, policy, rules, target.clock()).text
    return await probe_with(target, grant, tenant, token)


async def _answered(target: Target, probe: Probe) -> Probe:
    fixed = fixed_of(target, probe)
    params = tuple((name, value) for name, value in probe.params if name not in fixed)
    request = read_request(target, probe.endpoint, params, probe.token)
    return replace(probe, params=params, answer=await target.ask(request))


def _given(permission: str | None) -> Iterable[str]:
    return () if permission is None else (permission,)


def _value(parameter: Parameter) -> str:
    kind = parameter.type
    if kind.startswith("Date"):
        words = set(parameter.name.lower().split("_"))
        day = _LAST_DAY if words & _ENDS and not words & _STARTS else _FIRST_DAY
        return day if kind in ("Date", "Date32") else f"{day} 00:00:00"
    if "Int" in kind or "Float" in kind:
        return "1"
    return "true" if kind.lower().startswith("bool") else "page_view"
