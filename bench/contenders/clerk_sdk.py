"""Clerk's SDK for Python, networkless, and PyJWT; options are made once, headers are plain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from clerk_backend_api.security import authenticate_request
from clerk_backend_api.security.types import AuthenticateRequestOptions

from .timing import Task, answer_rounds, read_task

LIFE_S = 300


@dataclass(frozen=True, slots=True)
class _Request:
    headers: Mapping[str, str]


async def serve(task: Task) -> None:
    """Serve rounds: `authenticate_request`, and a token with the task's claims."""
    options = AuthenticateRequestOptions(
        jwt_key=task["pem"], authorized_parties=[task["party"]], accepts_token=["session_token"]
    )

    async def handle(authorization: str | None, cookie: str | None) -> str:
        headers = {"Authorization": authorization} if authorization else {"cookie": cookie or ""}
        state = authenticate_request(_Request(headers), options)
        assert state.is_signed_in, state.message
        now = int(time.time())
        claims = {**task["claims"], "iat": now, "exp": now + LIFE_S}
        return jwt.encode(claims, task["secret"], algorithm="HS256")

    await answer_rounds(handle)


if __name__ == "__main__":
    asyncio.run(serve(read_task()))
