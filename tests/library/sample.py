"""A policy and the endpoints that it grants, so that no test depends on the owner's own."""

from __future__ import annotations

from types import ModuleType

from roost.policy.access import Claim, Grant, Policy, Who
from roost.policy.catalog import Catalog, Endpoint, Parameter
from roost.policy.limits import DEFAULT_TOKEN_REQUESTS, EventLimits, Limit
from roost.policy.product import Product

EVENT_LIMITS = EventLimits(
    requests=Limit(per_second=50, burst=200),
    rows=Limit(per_second=10_000, burst=200_000),
    bytes=Limit(per_second=5_000_000, burst=50_000_000),
    rows_per_request=50_000,
    oldest_days=5 * 365,
    ahead_minutes=24 * 60,
)
VISITOR_READS = Limit(per_second=10, burst=100)


def policy() -> Policy:
    """Grant two endpoints to every member, one of them for their own rows; a third is public."""
    return Policy(
        product=Product("Sample", "organization"),
        grants=(Grant("my_activity", fixed={"user_id": Claim.USER_ID}), Grant("top_events")),
        public_endpoints=frozenset({"event_types"}),
        may_write=(Who(),),
        events_datasource="events",
        event_limits=EVENT_LIMITS,
        visitor_reads=VISITOR_READS,
        cache_s=2.0,
        stale_s=10.0,
        token_requests=DEFAULT_TOKEN_REQUESTS,
    )


def catalog() -> Catalog:
    """Describe the three endpoints."""
    endpoints = (
        _endpoint("event_types", public=True),
        _endpoint("my_activity", "tenant_id", "user_id", "date_from"),
        _endpoint("top_events", "tenant_id", "limit", "date_from", "date_to", "event", "timezone"),
    )
    return {endpoint.name: endpoint for endpoint in endpoints}


def _endpoint(name: str, *parameters: str, public: bool = False) -> Endpoint:
    # Only its own tenant is required of a request.
    required = {"tenant_id", "user_id"}
    declared = {p: Parameter(p, "String", p in required, "") for p in parameters}
    errors = frozenset({(400, "limit must be from 1 to 1000.")} if "limit" in declared else ())
    return Endpoint(name, public, declared, errors=errors)


def module() -> ModuleType:
    """Return an owner's `policy.py` that grants nothing."""
    owners = ModuleType("policy")
    owners.__dict__.update(
        GRANTS=(),
        PUBLIC_ENDPOINTS=(),
        CACHE_SECONDS=2.0,
        STALE_SECONDS=30.0,
        VISITOR_READS=VISITOR_READS,
        TOKEN_REQUESTS=DEFAULT_TOKEN_REQUESTS,
        EVENTS_DATASOURCE="events",
        MAY_WRITE=(Who(),),
        EVENT_LIMITS=EVENT_LIMITS,
    )
    return owners


def load_policy() -> tuple[Policy, Catalog]:
    """Return the policy and the endpoints, as a project's own function does."""
    return policy(), catalog()
