"""What a guest token may read: one tenant's rows of few endpoints, for an hour at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from roost.errors import AppError
from roost.identity.tenancy import check_tenant_id
from roost.policy.access import Policy
from roost.policy.catalog import Catalog, Endpoint
from roost.tinybird.queries import write_value
from roost.tinybird.tokens import TinybirdToken, TokenRules, mint_for_guest

MOST_S = 3600


def mint_guest_token(
    tenant_id: str,
    fixed: Mapping[str, Mapping[str, str]],
    expires_in_s: int,
    rules: TokenRules,
    now: float,
) -> TinybirdToken:
    """Mint a token that reads endpoints with what `guest_parameters` fixes for each.

    Args: now: Unix seconds, UTC.
    Raises: AppError: `request-invalid` (400) for a life that is not from 1 to 3600 seconds.
    """
    return mint_for_guest(tenant_id, fixed, check_life(expires_in_s), rules, now)


def guest_parameters(
    tenant_id: str,
    endpoints: str | Iterable[str],
    params: Mapping[str, object],
    policy: Policy,
    catalog: Catalog,
) -> dict[str, dict[str, str]]:
    """Return what is fixed of each endpoint that a guest is to read.

    Raises: AppError: `tenant-required` (403) for an empty or odd tenant, `access-denied` (403) for
    an endpoint that GUEST_ENDPOINTS does not list or whose every grant fixes what `params` leaves
    open, `parameter-unknown`, `parameter-reserved` and `request-invalid` (400) for `params`.
    """
    tenant = check_tenant_id(tenant_id)
    names = [endpoints] if isinstance(endpoints, str) else sorted(set(endpoints))
    if not names:
        raise AppError("access-denied", "A guest token names the endpoints that it reads.")
    check_listed(names, policy)
    values = {name: _text(name, value) for name, value in params.items()}
    for name in names:
        _check_parameters(catalog[name], values)
        _check_as_narrow(name, values, policy)
    return {name: {**values, "tenant_id": tenant} for name in names}


def check_listed(names: Iterable[str], policy: Policy) -> None:
    """Refuse endpoints that guests may not read.

    Raises: AppError: `access-denied` (403).
    """
    for name in names:
        if name not in policy.guest_endpoints:
            raise AppError("access-denied", f"GUEST_ENDPOINTS of policy.py does not list {name!r}.")


def check_life(expires_in_s: int) -> int:
    """Return how long something for guests lives.

    Raises: AppError: `request-invalid` (400).
    """
    # A boolean is an int to Python.
    if type(expires_in_s) is not int or not 1 <= expires_in_s <= MOST_S:
        raise AppError("request-invalid", f"expires_in is a number of seconds from 1 to {MOST_S}.")
    return expires_in_s


def _check_parameters(endpoint: Endpoint, values: Mapping[str, str]) -> None:
    if "tenant_id" in values:
        raise AppError("parameter-reserved", "tenant_id is an argument of its own.")
    for name in sorted(values.keys() - endpoint.parameters.keys()):
        raise AppError("parameter-unknown", f"{endpoint.name} takes no parameter {name!r}.")


def _check_as_narrow(endpoint: str, values: Mapping[str, str], policy: Policy) -> None:
    # What no session may choose, such as whose activity it reads, a guest may not choose either.
    fixed = [set(grant.fixed) for grant in policy.grants if grant.endpoint == endpoint]
    for name in sorted(set.intersection(*fixed) - values.keys() if fixed else ()):
        sentence = f"{endpoint} fixes {name!r} for every session: fix it for guests as well."
        raise AppError("access-denied", sentence)


def _text(name: str, value: object) -> str:
    # Empty, a parameter is as good as not given, and so it would be the guest's to choose.
    text = "" if value is None else write_value(value)
    if not text or "\0" in text:
        raise AppError("request-invalid", f"The parameter {name!r} has no value to fix.")
    return text
