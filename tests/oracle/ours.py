"""Run in a rendered project: reads requests as JSON from stdin, prints who signs in with each.

It is a program and not a module of the tests: the project has an environment of its own.
stdin: {"environment": {...}, "now": Unix seconds, "requests": [{...}]}
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from roost.errors import AppError
from roost.identity.credentials import RequestHead
from roost.project import find_project
from roost.serving.services import Services
from roost.settings import load_settings


async def judge_all(asked: dict[str, Any]) -> list[dict[str, object]]:
    """Return a verdict for each request, in their order."""
    core = Services(
        load_settings(asked["environment"], Path("/nonexistent/.env")),
        *find_project().load_policy(),
        clock=lambda: asked["now"],
    )
    async with core:
        heads = [RequestHead("GET", **request) for request in asked["requests"]]
        return [await judge(core, head) for head in heads]


async def judge(core: Services, head: RequestHead) -> dict[str, object]:
    """Return who signs in with a request, or the code of its refusal."""
    try:
        sign_in = await core.authenticate(head)
    except AppError as error:
        return {"refusal": error.code, "permissions": []}
    if sign_in is None:
        return {"refusal": "token-missing", "permissions": []}
    session = sign_in.session
    names = ("user_id", "session_id", "org_id", "org_slug", "role")
    known = {name: getattr(session, name) for name in names}
    return {**known, "permissions": sorted(session.permissions)}


if __name__ == "__main__":
    json.dump(asyncio.run(judge_all(json.load(sys.stdin))), sys.stdout)
