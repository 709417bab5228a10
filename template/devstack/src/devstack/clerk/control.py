"""Control routes for tests, which the real Clerk has not; they need CLERK_SECRET_KEY too."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from .frontend_api.caller import instance_of
from .instance import TOKEN_LIFETIME_S
from .json_body import flag_in, json_body, version_in, whole_number_in

_HOUR_S = 3600


async def rotate_keys(request: Request) -> JSONResponse:
    """Sign with a new key; `keep_old` still publishes the old, `same_kid` reuses its id."""
    body = await json_body(request)
    key = instance_of(request).keys.rotate(flag_in(body, "keep_old"), flag_in(body, "same_kid"))
    return JSONResponse({"kid": key.kid})


async def set_outage(request: Request) -> JSONResponse:
    """Answer 503 on the Frontend API and the key set for `seconds`; 0 ends the outage."""
    instance, body = instance_of(request), await json_body(request)
    seconds = whole_number_in(body, "seconds", 0, _HOUR_S)
    life = _HOUR_S if seconds is None else seconds
    instance.switches.outage_until = instance.clock() + life
    return JSONResponse({"outage": instance.is_out()})


async def set_tokens(request: Request) -> JSONResponse:
    """Set the `version` (2) and the `lifetime_s` (60) of session tokens; missing means default."""
    switches, body = instance_of(request).switches, await json_body(request)
    switches.token_version = version_in(body, "version") or 2
    lifetime_s = whole_number_in(body, "lifetime_s", 1, _HOUR_S)
    switches.token_lifetime_s = lifetime_s or TOKEN_LIFETIME_S
    answer = {"version": switches.token_version, "lifetime_s": switches.token_lifetime_s}
    return JSONResponse(answer)


async def forget_clients(request: Request) -> JSONResponse:
    """Sign everybody out and forget every browser."""
    instance_of(request).sessions.end_all()
    return JSONResponse({"clients": 0})


async def reset(request: Request) -> JSONResponse:
    """Go back to the demo file, signing everybody out; the keys stay."""
    instance_of(request).reset()
    return JSONResponse({"reset": True})
