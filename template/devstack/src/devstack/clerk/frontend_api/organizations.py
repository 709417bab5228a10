"""Organizations as their members see them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..records import Organization
from ..shapes import membership_shape, organization_shape, page_shape, role_shape
from .caller import Caller, caller_of, form_of, page_bounds, read_answer


async def create_organization(request: Request) -> JSONResponse:
    """Create an organization, the user its first member."""
    caller, form = caller_of(request), await form_of(request)
    directory = caller.instance.directory
    user = directory.user(caller.session().user_id)
    now = caller.instance.sessions.now_ms()
    fresh = directory.create_organization(user, form.get("name", ""), form.get("slug"), now)
    return caller.changed(organization_shape(directory, fresh))


async def read_organization(request: Request) -> JSONResponse:
    """Return an organization of the user."""
    caller = caller_of(request)
    organization = _mine(caller, request)
    return read_answer(organization_shape(caller.instance.directory, organization))


async def list_members(request: Request) -> JSONResponse:
    """List the members of an organization of the user, one page."""
    caller = caller_of(request)
    directory = caller.instance.directory
    members = directory.members_of(_mine(caller, request).id)
    rows = [membership_shape(directory, one) for one in members]
    return read_answer(page_shape(rows, *page_bounds(request)))


async def list_roles(request: Request) -> JSONResponse:
    """List the roles of an organization of the user."""
    caller = caller_of(request)
    _mine(caller, request)
    rows = [role_shape(role) for role in caller.instance.directory.roles()]
    return read_answer(page_shape(rows, *page_bounds(request)))


async def list_nothing(request: Request) -> JSONResponse:
    """List what no local organization has: requests, domains."""
    _mine(caller_of(request), request)
    return read_answer(page_shape([], *page_bounds(request)))


def _mine(caller: Caller, request: Request) -> Organization:
    organization_id = request.path_params["organization_id"]
    directory = caller.instance.directory
    directory.require_membership(caller.session().user_id, organization_id)
    return directory.organization(organization_id)
