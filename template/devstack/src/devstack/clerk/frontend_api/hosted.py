"""The pages that `Clerk.redirectToSignIn()` and `Clerk.redirectToSignUp()` lead to."""

from __future__ import annotations

import html
import secrets
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..errors import ClerkError
from ..instance import Instance
from ..records import User
from .caller import Caller, caller_of, form_of, instance_of, known_origin_of
from .sign_ins import check_password, find_user

_SIGN_IN, _SIGN_UP = (
    Template(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    for name in ("sign_in.html", "sign_up.html")
)
_UNKNOWN = "Open this page through the sign-in link of your app."
_DEMO_USER = Template(
    '<form method="post"><input type="hidden" name="redirect_url" value="$redirect_url">'
    '<input type="hidden" name="identifier" value="$email">'
    '<input type="hidden" name="password" value="$password">'
    "<button>Sign in as $name</button></form>"
)


async def sign_in_page(request: Request) -> Response:
    """Show the form and the demo users."""
    redirect_url = request.query_params.get("redirect_url", "")
    try:
        caller_of(request)
    except ClerkError:
        return _page(instance_of(request), _UNKNOWN, redirect_url, 400, _SIGN_IN)
    return _page(instance_of(request), "", redirect_url, 200, _SIGN_IN)


async def sign_in_form(request: Request) -> Response:
    """Sign the browser in and lead it back to the app."""
    form = await form_of(request)
    redirect_url = form.get("redirect_url", "")
    try:
        caller = caller_of(request)
        target = _checked_target(redirect_url, instance_of(request))
        _sign_in(caller, form.get("identifier", ""), form.get("password", ""))
    except ClerkError as error:
        return _page(instance_of(request), error.message, redirect_url, error.status, _SIGN_IN)
    return RedirectResponse(target, 303)


async def sign_up_page(request: Request) -> Response:
    """Show the form to create an account."""
    redirect_url = request.query_params.get("redirect_url", "")
    try:
        caller_of(request)
    except ClerkError:
        return _page(instance_of(request), _UNKNOWN, redirect_url, 400, _SIGN_UP)
    return _page(instance_of(request), "", redirect_url, 200, _SIGN_UP)


async def sign_up_form(request: Request) -> Response:
    """Create an account without a code, sign the browser in and lead it back to the app."""
    form = await form_of(request)
    redirect_url = form.get("redirect_url", "")
    try:
        caller = caller_of(request)
        target = _checked_target(redirect_url, instance_of(request))
        caller.instance.sign_ups.finish(caller.client, form)
    except ClerkError as error:
        return _page(instance_of(request), error.message, redirect_url, error.status, _SIGN_UP)
    return RedirectResponse(target, 303)


def _sign_in(caller: Caller, email: str, password: str) -> None:
    user = find_user(caller.instance.directory, email)
    check_password(user, password)
    sessions = caller.instance.sessions
    sessions.complete_sign_in(caller.client, sessions.start_sign_in(caller.client, email, user))


def _checked_target(redirect_url: str, instance: Instance) -> str:
    # A backslash or a control character is read differently by browsers and by Python.
    is_odd = any(char <= " " or char == "\\" for char in redirect_url)
    if is_odd or known_origin_of(redirect_url, instance) is None:
        raise ClerkError(400, "redirect_url_invalid", "The page to return to is not a local one.")
    return redirect_url


def _page(
    instance: Instance, problem: str, redirect_url: str, status: int, page: Template
) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    # Nobody else's password is known here, nor anybody's to show.
    users = "\n".join(_button(user, redirect_url) for user in instance.directory.demo.users)
    text = page.substitute(
        name=html.escape(instance.directory.demo.name),
        problem=html.escape(problem),
        redirect_url=html.escape(redirect_url),
        demo_users=users,
        nonce=nonce,
    )
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
    # form-action is left open for the redirect back: Chromium checks its target as well.
    headers = {
        "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(text, status, headers)


def _button(user: User, redirect_url: str) -> str:
    return _DEMO_USER.substitute(
        name=html.escape(f"{user.first_name} {user.last_name}"),
        email=html.escape(user.email),
        password=html.escape(user.password),
        redirect_url=html.escape(redirect_url),
    )
