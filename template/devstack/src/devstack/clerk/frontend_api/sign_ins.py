"""Signing in: with e-mail and password in one step or two, or with a ticket."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..client_shapes import sign_in_shape
from ..directory import Directory
from ..errors import not_emulated, not_found, unprocessable
from ..passwords import is_right
from ..records import SignIn, User
from .caller import Caller, caller_of, form_of, read_answer


async def create_sign_in(request: Request) -> JSONResponse:
    """Begin to sign in, or finish at once where the form holds a password or a ticket."""
    caller, form = caller_of(request), await form_of(request)
    sign_in = _begin(caller, form)
    return caller.changed(sign_in_shape(caller.instance, sign_in))


async def read_sign_in(request: Request) -> JSONResponse:
    """Return the attempt that is under way."""
    caller = caller_of(request)
    sign_in = _under_way(caller, request.path_params["sign_in_id"])
    return read_answer(sign_in_shape(caller.instance, sign_in))


async def attempt_first_factor(request: Request) -> JSONResponse:
    """Check the password and open the session."""
    caller, form = caller_of(request), await form_of(request)
    sign_in = _under_way(caller, request.path_params["sign_in_id"])
    if form.get("strategy", "password") != "password":
        raise not_emulated(f"the strategy {form['strategy']}")
    done = _complete(caller, sign_in, form.get("password", ""))
    return caller.changed(sign_in_shape(caller.instance, done))


def check_password(user: User, password: str) -> None:
    """Raises: ClerkError: the password is wrong (422)."""
    if not is_right(user.password, password):
        message = "Password is incorrect. Try again, or use another method."
        raise unprocessable("password", "form_password_incorrect", message)


def find_user(directory: Directory, email: str) -> User:
    """Return the user of an e-mail address. Raises: ClerkError: there is none (422)."""
    user = directory.user_by_email(email)
    if user is None:
        raise unprocessable(
            "identifier", "form_identifier_not_found", "Couldn't find your account."
        )
    return user


def _begin(caller: Caller, form: dict[str, str]) -> SignIn:
    sessions = caller.instance.sessions
    strategy = form.get("strategy", "password")
    if strategy == "ticket":
        return _by_ticket(caller, form.get("ticket", ""))
    if strategy != "password":
        raise not_emulated(f"the strategy {strategy}")
    identifier = form.get("identifier", "")
    user = find_user(caller.instance.directory, identifier)
    sign_in = sessions.start_sign_in(caller.client, identifier, user)
    return _complete(caller, sign_in, form["password"]) if "password" in form else sign_in


def _by_ticket(caller: Caller, token: str) -> SignIn:
    instance = caller.instance
    invitation = instance.invitations.by_ticket(token)
    if invitation is None:
        return instance.sessions.redeem_ticket(caller.client, token)
    # The mail has reached whoever holds its ticket: that is all the proof that there is.
    user = find_user(instance.directory, invitation.email)
    instance.invitations.accept(invitation, user)
    started = instance.sessions.start_sign_in(caller.client, user.email, user)
    return instance.sessions.complete_sign_in(caller.client, started, invitation.organization_id)


def _complete(caller: Caller, sign_in: SignIn, password: str) -> SignIn:
    check_password(caller.instance.directory.user(sign_in.user_id), password)
    return caller.instance.sessions.complete_sign_in(caller.client, sign_in)


def _under_way(caller: Caller, sign_in_id: str) -> SignIn:
    sign_in = caller.client.sign_in
    if sign_in is None or sign_in.id != sign_in_id:
        raise not_found("The sign-in")
    return sign_in
