"""A session: switching its organization, its tokens, ending it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..shapes import bare_session_shape, session_shape
from .caller import caller_of, form_of, read_answer


async def touch_session(request: Request) -> JSONResponse:
    """Make a session active, with the organization that the form names or with none."""
    caller, form = caller_of(request), await form_of(request)
    session = caller.session(request.path_params["session_id"])
    touched = caller.instance.sessions.touch(
        caller.client, session, form.get("active_organization_id")
    )
    return caller.changed(session_shape(caller.instance, touched, caller.azp))


async def create_token(request: Request) -> JSONResponse:
    """Mint a token for any organization of the user, by default for the active one."""
    caller, form = caller_of(request), await form_of(request)
    session = caller.session(request.path_params["session_id"])
    active = caller.instance.sessions.active_organization_id(session)
    organization_id = form.get("organization_id", active)
    jwt = caller.instance.session_token(session, organization_id or None, caller.azp)
    return JSONResponse({"object": "token", "jwt": jwt})


async def create_template_token(request: Request) -> JSONResponse:
    """Mint a token of a JWT template: always for the active organization, as ClerkJS sends none."""
    caller = caller_of(request)
    session = caller.session(request.path_params["session_id"])
    jwt = caller.instance.template_token(session, request.path_params["template"], caller.azp)
    return JSONResponse({"object": "token", "jwt": jwt})


async def read_session(request: Request) -> JSONResponse:
    """Return a session of the browser."""
    caller = caller_of(request)
    session = caller.session(request.path_params["session_id"])
    return read_answer(session_shape(caller.instance, session, caller.azp))


async def remove_session(request: Request) -> JSONResponse:
    """End one session of the browser."""
    caller = caller_of(request)
    session = caller.session(request.path_params["session_id"])
    caller.instance.sessions.end(session)
    return caller.changed(bare_session_shape(session, "removed", session.active_organization_id))
