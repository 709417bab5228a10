"""The Backend API: the calls that tasks and tests make with CLERK_SECRET_KEY.

Source: https://clerk.com/docs/reference/backend-api
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse

from .errors import not_emulated, outage
from .frontend_api.caller import instance_of, page_bounds
from .instance import Instance
from .json_body import json_body, origin_in, text_in, version_in, whole_number_in
from .passwords import hashed
from .shapes import (
    Json,
    bare_session_shape,
    bare_user_shape,
    membership_shape,
    organization_shape,
    page_shape,
    ticket_shape,
)

_DAY_S = 24 * 3600
_TICKET_LIFE_S = 30 * _DAY_S
# Parameters that do not change which rows a list has: accepted. Others are refused, because
# a filter that is ignored would be a wrong answer.
_LIST_PARAMETERS = frozenset({"limit", "offset", "order_by", "include_members_count", "paginated"})
_SESSION_FILTERS = frozenset({"user_id", "status"})


async def list_users(request: Request) -> JSONResponse:
    """List the users: a bare array, as Clerk's."""
    page = page_of(
        request, [bare_user_shape(user) for user in instance_of(request).directory.users()]
    )
    return JSONResponse(page["data"])


async def read_user(request: Request) -> JSONResponse:
    """Return one user."""
    directory = instance_of(request).directory
    return JSONResponse(bare_user_shape(directory.user(request.path_params["user_id"])))


async def create_user(request: Request) -> JSONResponse:
    """Create a user with one e-mail address; without a password nobody can sign in as them."""
    body = await json_body(request)
    addresses = body.get("email_address")
    email = str(addresses[0]) if isinstance(addresses, list) and addresses else ""
    first_name, last_name = text_in(body, "first_name") or "", text_in(body, "last_name") or ""
    password = text_in(body, "password") or secrets.token_urlsafe(32)
    instance = instance_of(request)
    now = instance.sessions.now_ms()
    user = instance.directory.create_user(email, hashed(password), first_name, last_name, now)
    return JSONResponse(bare_user_shape(user))


async def list_memberships_of_user(request: Request) -> JSONResponse:
    """List the memberships of one user."""
    directory = instance_of(request).directory
    user = directory.user(request.path_params["user_id"])
    rows = [membership_shape(directory, one) for one in directory.memberships_of(user.id)]
    return JSONResponse(page_of(request, rows))


async def list_organizations(request: Request) -> JSONResponse:
    """List the organizations."""
    directory = instance_of(request).directory
    rows = [organization_shape(directory, one) for one in directory.organizations()]
    return JSONResponse(page_of(request, rows))


async def read_organization(request: Request) -> JSONResponse:
    """Return one organization."""
    directory = instance_of(request).directory
    organization = directory.organization(request.path_params["organization_id"])
    return JSONResponse(organization_shape(directory, organization))


async def create_organization(request: Request) -> JSONResponse:
    """Create an organization; the user in `created_by` becomes its first member."""
    instance, body = instance_of(request), await json_body(request)
    directory = instance.directory
    creator = directory.user(text_in(body, "created_by") or "")
    name, slug = text_in(body, "name") or "", text_in(body, "slug")
    fresh = directory.create_organization(creator, name, slug, instance.sessions.now_ms())
    return JSONResponse(organization_shape(directory, fresh))


async def delete_organization(request: Request) -> JSONResponse:
    """Delete an organization with its memberships."""
    directory = instance_of(request).directory
    gone = directory.delete_organization(request.path_params["organization_id"])
    answer = {"object": "organization", "id": gone.id, "slug": gone.slug, "deleted": True}
    return JSONResponse(answer)


async def list_members(request: Request) -> JSONResponse:
    """List the members of an organization."""
    directory = instance_of(request).directory
    organization = directory.organization(request.path_params["organization_id"])
    rows = [membership_shape(directory, one) for one in directory.members_of(organization.id)]
    return JSONResponse(page_of(request, rows))


async def update_membership(request: Request) -> JSONResponse:
    """Give a member the role in `role`."""
    directory, body = instance_of(request).directory, await json_body(request)
    membership = directory.require_membership(
        request.path_params["user_id"], request.path_params["organization_id"]
    )
    changed = directory.change_role(membership, text_in(body, "role") or "")
    return JSONResponse(membership_shape(directory, changed))


async def delete_membership(request: Request) -> JSONResponse:
    """Take a user out of an organization."""
    directory = instance_of(request).directory
    membership = directory.require_membership(
        request.path_params["user_id"], request.path_params["organization_id"]
    )
    gone = membership_shape(directory, membership)
    directory.delete_membership(membership)
    return JSONResponse(gone)


async def create_session(request: Request) -> JSONResponse:
    """Open a session of a user, with an active organization or none; it lasts a day."""
    instance, body = instance_of(request), await json_body(request)
    user = instance.directory.user(text_in(body, "user_id") or "")
    organization_id = text_in(body, "active_organization_id")
    if organization_id:
        instance.directory.require_membership(user.id, organization_id)
    session = instance.sessions.open_session(user.id, None, organization_id)
    return JSONResponse(_session(instance, session.id))


async def list_sessions(request: Request) -> JSONResponse:
    """List the sessions of one user that have not ended: a bare array, as Clerk's."""
    instance, wanted = instance_of(request), request.query_params
    if "user_id" not in wanted:
        raise not_emulated("a list of every user's sessions")
    rows = [_session(instance, one.id) for one in instance.sessions.of_user(wanted["user_id"])]
    found = [row for row in rows if wanted.get("status", row["status"]) == row["status"]]
    return JSONResponse(page_of(request, found, _SESSION_FILTERS)["data"])


async def read_session(request: Request) -> JSONResponse:
    """Return one session."""
    return JSONResponse(_session(instance_of(request), request.path_params["session_id"]))


async def revoke_session(request: Request) -> JSONResponse:
    """End one session."""
    instance = instance_of(request)
    session = instance.sessions.session(request.path_params["session_id"])
    instance.sessions.end(session)
    answer = bare_session_shape(session, "revoked", session.active_organization_id)
    return JSONResponse(answer)


async def create_session_token(request: Request) -> JSONResponse:
    """Mint a token of a session.

    Beyond Clerk's `expires_in_seconds` the local one takes `azp` (the page's origin, which a
    browser would send), `version` (1 or 2), and a negative lifetime for an expired token.
    """
    instance, body = instance_of(request), await json_body(request)
    session = instance.sessions.session(request.path_params["session_id"])
    jwt = instance.session_token(
        session,
        instance.sessions.active_organization_id(session),
        azp=origin_in(body, "azp"),
        lifetime_s=whole_number_in(body, "expires_in_seconds", -_DAY_S, _DAY_S),
        version=version_in(body, "version"),
    )
    return JSONResponse({"object": "token", "jwt": jwt})


async def create_sign_in_token(request: Request) -> JSONResponse:
    """Issue a ticket that signs a user in once, in 30 days unless the body says otherwise."""
    instance, body = instance_of(request), await json_body(request)
    user = instance.directory.user(text_in(body, "user_id") or "")
    life = whole_number_in(body, "expires_in_seconds", 1, 10 * _TICKET_LIFE_S)
    ticket = instance.sessions.issue_ticket(user, life or _TICKET_LIFE_S)
    return JSONResponse(ticket_shape(ticket))


async def jwks(request: Request) -> JSONResponse:
    """Return the public keys."""
    instance = instance_of(request)
    if instance.is_out():
        raise outage()
    return JSONResponse(instance.keys.jwks())


def _session(instance: Instance, session_id: str) -> Json:
    session = instance.sessions.session(session_id)
    status = "pending" if instance.sessions.is_pending(session) else "active"
    organization_id = instance.sessions.active_organization_id(session)
    return bare_session_shape(session, status, organization_id)


def page_of(request: Request, rows: Sequence[Json], filters: frozenset[str] = frozenset()) -> Json:
    """Return the page of a list that a request asks for; `filters` are applied already.

    Raises: ClerkError: another filter (501).
    """
    unknown = _unknown(request.query_params, _LIST_PARAMETERS | filters)
    if unknown:
        raise not_emulated(f"the parameter {unknown} of {request.url.path}")
    return page_shape(rows, *page_bounds(request))


def _unknown(query: Mapping[str, str], known: frozenset[str]) -> str | None:
    return next((name for name in query if name not in known), None)
