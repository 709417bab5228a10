"""The signed-in user: profile, memberships, sessions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..shapes import active_session_shape, membership_shape, page_shape, user_shape
from .caller import caller_of, page_bounds, read_answer


async def read_me(request: Request) -> JSONResponse:
    """Return the user."""
    caller = caller_of(request)
    directory = caller.instance.directory
    return read_answer(user_shape(directory, directory.user(caller.session().user_id)))


async def list_memberships(request: Request) -> JSONResponse:
    """List the organizations of the user, one page."""
    caller = caller_of(request)
    directory = caller.instance.directory
    mine = directory.memberships_of(caller.session().user_id)
    rows = [membership_shape(directory, one) for one in mine]
    return read_answer(page_shape(rows, *page_bounds(request)))


async def leave_organization(request: Request) -> JSONResponse:
    """Take the user out of an organization."""
    caller = caller_of(request)
    directory = caller.instance.directory
    user_id = caller.session().user_id
    membership = directory.require_membership(user_id, request.path_params["organization_id"])
    directory.delete_membership(membership)
    return caller.changed({"object": "organization_membership", "id": membership.id})


async def list_active_sessions(request: Request) -> JSONResponse:
    """List the sessions of the browser: a bare array, as the profile's security page wants."""
    caller = caller_of(request)
    caller.session()
    sessions = caller.instance.sessions.live_sessions(caller.client)
    return JSONResponse([active_session_shape(one) for one in sessions])


async def list_nothing(request: Request) -> JSONResponse:
    """List what no local user has: suggestions."""
    caller_of(request).session()
    return read_answer(page_shape([], *page_bounds(request)))
