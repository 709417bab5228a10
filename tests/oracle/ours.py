"""Run in a rendered project: reads requests as JSON from stdin, prints who signs in with each.

It is a program and not a module of the tests: the project has an environment of its own.
stdin: {"package": ..., "environment": {...}, "now": Unix seconds, "requests": [{...}]}
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Any


async def judge_all(asked: dict[str, Any]) -> list[dict[str, object]]:
    """Return a verdict for each request, in their order."""
    assembly = importlib.import_module(f"{asked['package']}.assembly")
    settings = importlib.import_module(f"{asked['package']}.settings")
    services = importlib.import_module(f"{asked['package']}.core.services")
    credentials = importlib.import_module(f"{asked['package']}.core.credentials")
    core = services.Services(
        settings.load_settings(asked["environment"], Path("/nonexistent/.env")),
        *assembly.load_policy(),
        clock=lambda: asked["now"],
    )
    async with core:
        heads = [credentials.RequestHead("GET", **request) for request in asked["requests"]]
        return [await judge(core, head) for head in heads]


async def judge(core: Any, head: Any) -> dict[str, object]:  # noqa: ANN401 - the project's classes
    """Return who signs in with a request, or the code of its refusal."""
    errors = importlib.import_module(f"{type(core).__module__.rpartition('.')[0]}.errors")
    try:
        sign_in = await core.authenticate(head)
    except errors.AppError as error:
        return {"refusal": error.code, "permissions": []}
    if sign_in is None:
        return {"refusal": "token-missing", "permissions": []}
    session = sign_in.session
    names = ("user_id", "session_id", "org_id", "org_slug", "role")
    known = {name: getattr(session, name) for name in names}
    return {**known, "permissions": sorted(session.permissions)}


if __name__ == "__main__":
    json.dump(asyncio.run(judge_all(json.load(sys.stdin))), sys.stdout)
