"""The Backend API's invitations into an organization.

Source: https://clerk.com/docs/reference/backend-api
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from .backend_api import page_of
from .errors import not_found, unprocessable
from .frontend_api.caller import instance_of, known_origin_of
from .invitation_shapes import invitation_shape
from .invitations import Invited
from .json_body import Body, json_body, text_in
from .records import Invitation

_FILTERS = frozenset({"status"})


async def list_invitations(request: Request) -> JSONResponse:
    """List the invitations into an organization, of one `status` or of every one."""
    instance = instance_of(request)
    organization = instance.directory.organization(request.path_params["organization_id"])
    wanted = request.query_params.getlist("status")
    found = instance.invitations.of_organization(organization.id)
    rows = [
        invitation_shape(instance.directory, one)
        for one in found
        if not wanted or one.status in wanted
    ]
    return JSONResponse(page_of(request, rows, _FILTERS))


async def create_invitation(request: Request) -> JSONResponse:
    """Invite somebody; the link leads to `redirect_url`, or to the app's own pages."""
    instance, body = instance_of(request), await json_body(request)
    organization = instance.directory.organization(request.path_params["organization_id"])
    invited = Invited(
        text_in(body, "email_address") or "",
        text_in(body, "role") or "",
        instance.home_url,
        _local_page(request, body, "redirect_url"),
    )
    invitation = instance.invitations.invite(organization, invited)
    return JSONResponse(invitation_shape(instance.directory, invitation))


async def read_invitation(request: Request) -> JSONResponse:
    """Return one invitation."""
    directory = instance_of(request).directory
    return JSONResponse(invitation_shape(directory, _invitation(request)))


async def revoke_invitation(request: Request) -> JSONResponse:
    """Take an invitation back."""
    instance = instance_of(request)
    revoked = instance.invitations.revoke(_invitation(request))
    return JSONResponse(invitation_shape(instance.directory, revoked))


def _invitation(request: Request) -> Invitation:
    found = instance_of(request).invitations.called(request.path_params["invitation_id"])
    if found.organization_id != request.path_params["organization_id"]:
        raise not_found(f"The invitation {found.id}")
    return found


def _local_page(request: Request, body: Body, name: str) -> str | None:
    url = text_in(body, name)
    if url is None or known_origin_of(url, instance_of(request)) is not None:
        return url
    raise unprocessable(name, "form_param_value_invalid", f"{name} is a page of this machine.")
