"""Invitations: an organization's, a user's own, and the link of the mail."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from ..errors import ClerkError
from ..invitation_shapes import invitation_shape, user_invitation_shape
from ..invitations import Invited
from ..records import Invitation, Organization, User
from ..shapes import Json, page_shape
from .caller import Caller, caller_of, instance_of, page_bounds, read_answer

_MANAGE = "org:sys_memberships:manage"


async def list_invitations(request: Request) -> JSONResponse:
    """List the invitations into an organization, one page; `status` may be given several times."""
    caller = caller_of(request)
    organization = _managed(caller, request)
    found = caller.instance.invitations.of_organization(organization.id)
    rows = [_shape(caller, one) for one in _of_status(request, found)]
    return read_answer(page_shape(rows, *page_bounds(request)))


async def create_invitation(request: Request) -> JSONResponse:
    """Invite one person."""
    caller = caller_of(request)
    (invitation,) = _invite(caller, request, await request.form())
    return caller.changed(_shape(caller, invitation))


async def create_invitations(request: Request) -> JSONResponse:
    """Invite everybody whose address the form holds."""
    caller = caller_of(request)
    rows = [_shape(caller, one) for one in _invite(caller, request, await request.form())]
    return caller.changed_many(rows)


async def revoke_invitation(request: Request) -> JSONResponse:
    """Take an invitation back."""
    caller = caller_of(request)
    organization = _managed(caller, request)
    invitation = caller.instance.invitations.called(request.path_params["invitation_id"])
    if invitation.organization_id != organization.id:
        raise _not_allowed()
    return caller.changed(_shape(caller, caller.instance.invitations.revoke(invitation)))


async def list_own_invitations(request: Request) -> JSONResponse:
    """List the invitations of the user, one page."""
    caller = caller_of(request)
    directory = caller.instance.directory
    found = _of_status(request, caller.instance.invitations.of_user(_user(caller)))
    rows = [user_invitation_shape(directory, one) for one in found]
    return read_answer(page_shape(rows, *page_bounds(request)))


async def accept_invitation(request: Request) -> JSONResponse:
    """Make the user a member by an invitation of theirs."""
    caller = caller_of(request)
    invitations = caller.instance.invitations
    invitation = invitations.called(request.path_params["invitation_id"])
    taken = invitations.accept(invitation, _user(caller))
    return caller.changed(user_invitation_shape(caller.instance.directory, taken))


async def follow_link(request: Request) -> Response:
    """Lead from the mail to the app's page, which ClerkJS takes the ticket from."""
    instance = instance_of(request)
    invitation = instance.invitations.by_ticket(request.query_params.get("ticket", ""))
    if invitation is None:
        raise ClerkError(400, "ticket_invalid_code", "The ticket is invalid.", "ticket")
    is_known = instance.directory.user_by_email(invitation.email) is not None
    demo = instance.directory.demo
    page = invitation.origin + (demo.sign_in_path if is_known else demo.sign_up_path)
    status = "sign_in" if is_known else "sign_up"
    ticket = {"__clerk_ticket": invitation.ticket, "__clerk_status": status}
    return RedirectResponse(_with_query(invitation.redirect_url or page, ticket), 303)


def _invite(caller: Caller, request: Request, form: FormData) -> list[Invitation]:
    organization = _managed(caller, request)
    addresses = [str(value) for value in form.getlist("email_address")] or [""]
    origin = caller.azp or caller.instance.home_url
    role = str(form.get("role", ""))
    # The same address twice is one invitation.
    invited = [Invited(address, role, origin) for address in dict.fromkeys(addresses)]
    return caller.instance.invitations.invite_all(organization, invited)


def _managed(caller: Caller, request: Request) -> Organization:
    directory = caller.instance.directory
    organization_id = request.path_params["organization_id"]
    membership = directory.require_membership(_user(caller).id, organization_id)
    if _MANAGE not in directory.role_of(membership).system_permissions:
        raise _not_allowed()
    return directory.organization(organization_id)


def _not_allowed() -> ClerkError:
    message = "You don't have the permission to manage invitations of this organization."
    return ClerkError(403, "missing_permission", message)


def _of_status(request: Request, found: list[Invitation]) -> list[Invitation]:
    wanted = request.query_params.getlist("status")
    return [one for one in found if not wanted or one.status in wanted]


def _shape(caller: Caller, invitation: Invitation) -> Json:
    return invitation_shape(caller.instance.directory, invitation)


def _user(caller: Caller) -> User:
    return caller.instance.directory.user(caller.session().user_id)


def _with_query(url: str, more: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return urlunsplit(parts._replace(query=query))
