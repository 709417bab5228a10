"""The policy's vocabulary: who may read which endpoint, and what is fixed for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType, ModuleType
from typing import NamedTuple

from roost.errors import AppError
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.policy.catalog import Catalog
from roost.policy.limits import DEFAULT_TOKEN_REQUESTS, EventLimits, Limit
from roost.policy.product import Product

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Claim(StrEnum):
    """A fact of the verified session that a grant may fix a parameter to."""

    USER_ID = "user_id"
    SESSION_ID = "session_id"
    ORG_ID = "org_id"
    ORG_SLUG = "org_slug"
    ROLE = "role"


class Who(NamedTuple):
    """Sessions with this role and this permission; None asks for nothing.

    role: as Clerk names it, `org:admin`.  permission: such as `org:analytics:manage`.
    """

    role: str | None = None
    permission: str | None = None

    def includes(self, session: Session) -> bool:
        """Tell whether a session has what is asked for."""
        has_role = self.role is None or self.role == session.role
        return has_role and (self.permission is None or self.permission in session.permissions)


@dataclass(frozen=True, slots=True, init=False)
class Grant:
    """Lets sessions read one endpoint, of their own tenant's rows.

    who: which sessions; of all that have a tenant, where it asks for nothing.
    fixed: further parameters that the caller cannot choose: a text, or a claim of the session.
    """

    endpoint: str
    who: Who
    fixed: Mapping[str, str | Claim]

    def __init__(
        self,
        endpoint: str,
        role: str | None = None,
        permission: str | None = None,
        fixed: Mapping[str, str | Claim] = _NOTHING,
    ) -> None:
        # As a policy is written: who is meant stands beside the endpoint.
        given = {"endpoint": endpoint, "who": Who(role, permission), "fixed": fixed}
        for name, value in given.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Policy:
    """What `policy.py` says of the product, checked against the endpoints that exist."""

    product: Product
    grants: tuple[Grant, ...]
    public_endpoints: frozenset[str]
    may_write: tuple[Who, ...]
    events_datasource: str
    event_limits: EventLimits
    visitor_reads: Limit
    token_requests: Limit
    cache_s: float
    stale_s: float = 0.0
    guest_endpoints: frozenset[str] = frozenset()


LoadPolicy = Callable[[], tuple[Policy, Catalog]]


class PolicyInvalid(Exception):
    """The policy and the data project do not fit; the text holds one sentence a line."""


def read_policy(module: ModuleType, product: Product, catalog: Catalog) -> Policy:
    """Read the owner's policy and refuse one that could hand out unfiltered rows.

    Raises: PolicyInvalid: with every problem that was found.
    """
    policy = Policy(
        product=product,
        grants=tuple(sorted(module.GRANTS, key=lambda grant: grant.endpoint)),
        public_endpoints=frozenset(module.PUBLIC_ENDPOINTS),
        may_write=tuple(module.MAY_WRITE),
        events_datasource=module.EVENTS_DATASOURCE,
        event_limits=module.EVENT_LIMITS,
        visitor_reads=module.VISITOR_READS,
        token_requests=getattr(module, "TOKEN_REQUESTS", DEFAULT_TOKEN_REQUESTS),
        cache_s=module.CACHE_SECONDS,
        stale_s=getattr(module, "STALE_SECONDS", 0.0),
        guest_endpoints=frozenset(getattr(module, "GUEST_ENDPOINTS", ())),
    )
    problems = [
        *_grant_problems(policy, catalog),
        *_public_problems(policy, catalog),
        *_guest_problems(policy, catalog),
    ]
    if problems:
        raise PolicyInvalid("\n".join(f"policy.py: {problem}" for problem in problems))
    return policy


def granted_parameters(tenant: Tenant, policy: Policy) -> dict[str, dict[str, str]]:
    """Return the endpoints that a session may read, each with its fixed parameters.

    Of several grants for one endpoint the first that fits counts. A claim that the session lacks
    makes its grant fit nobody.
    """
    granted: dict[str, dict[str, str]] = {}
    for grant in policy.grants:
        if not grant.who.includes(tenant.session) or grant.endpoint in granted:
            continue
        fixed = _fixed_values(grant, tenant.session) if grant.fixed else _NOTHING
        if fixed is not None:
            granted[grant.endpoint] = {**fixed, "tenant_id": tenant.id}
    return granted


def check_may_write(tenant: Tenant, may_write: Iterable[Who]) -> None:
    """Refuse a session that may not send events.

    Raises: AppError: `access-denied` (403).
    """
    if not any(who.includes(tenant.session) for who in may_write):
        raise AppError("access-denied")


def _fixed_values(grant: Grant, session: Session) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for name, value in grant.fixed.items():
        text = getattr(session, value.value) if isinstance(value, Claim) else value
        if not text:
            return None
        values[name] = text
    return values


def _grant_problems(policy: Policy, catalog: Catalog) -> Iterable[str]:
    for grant in policy.grants:
        endpoint = catalog.get(grant.endpoint)
        if endpoint is None:
            yield f"GRANTS names {grant.endpoint}, which tinybird/ does not have as an endpoint."
            continue
        if grant.who.role is not None and not grant.who.role.startswith("org:"):
            yield f'the grant of {grant.endpoint} must name its role as Clerk does: "org:admin".'
        if "tenant_id" in grant.fixed:
            yield f"the grant of {grant.endpoint} fixes tenant_id, which the session alone decides."
        for name in sorted({"tenant_id", *grant.fixed} - endpoint.parameters.keys()):
            yield f"{grant.endpoint} does not take the parameter {name} that its grant fixes."


def _public_problems(policy: Policy, catalog: Catalog) -> Iterable[str]:
    granted = {grant.endpoint for grant in policy.grants}
    for name in sorted(policy.public_endpoints):
        endpoint = catalog.get(name)
        if endpoint is None or not endpoint.public:
            yield f"PUBLIC_ENDPOINTS names {name}, which is no endpoint with a READ token."
        elif "tenant_id" in endpoint.parameters or name in granted:
            yield f"{name} reads a tenant's rows and cannot be in PUBLIC_ENDPOINTS."


def _guest_problems(policy: Policy, catalog: Catalog) -> Iterable[str]:
    for name in sorted(policy.guest_endpoints):
        endpoint = catalog.get(name)
        if endpoint is None:
            yield f"GUEST_ENDPOINTS names {name}, which tinybird/ does not have as an endpoint."
        elif "tenant_id" not in endpoint.parameters:
            yield f"GUEST_ENDPOINTS names {name}, which takes no tenant_id to fix."
