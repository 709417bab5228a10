"""The browser: its registration, its state, signing out everywhere."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..client_shapes import client_shape
from .caller import caller_of, instance_of, read_answer


async def create_dev_browser(request: Request) -> JSONResponse:
    """Register a browser; ClerkJS keeps the id as its dev-browser token."""
    client = instance_of(request).sessions.open_browser()
    return JSONResponse({"id": client.dev_browser})


async def read_client(request: Request) -> JSONResponse:
    """Return the browser with its sessions."""
    caller = caller_of(request)
    return read_answer(client_shape(caller.instance, caller.client, caller.azp))


async def sign_out(request: Request) -> JSONResponse:
    """End every session of the browser."""
    caller = caller_of(request)
    sessions = caller.instance.sessions
    for session in sessions.live_sessions(caller.client):
        sessions.end(session)
    return caller.changed(client_shape(caller.instance, caller.client, caller.azp))
