"""The rendered app's core as FastAPI and Litestar await it; run in a render's environment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from roost.identity.credentials import RequestHead
from roost.project import find_project
from roost.serving.services import Services
from roost.settings import load_settings

from .timing import Task, answer_rounds, read_task


def services_of(task: Task) -> Services:
    """Make the services of the render here, from the task's environment alone."""
    project = find_project()
    settings = load_settings(task["environment"], Path("/nonexistent"))
    return Services(settings, project.policy, project.catalog)


async def serve(task: Task) -> None:
    """Serve rounds in one event loop, as a worker of an ASGI app does."""
    async with services_of(task) as core:

        async def handle(authorization: str | None, cookie: str | None) -> str:
            sign_in = await core.authenticate(RequestHead("GET", authorization, cookie))
            assert sign_in is not None
            return core.token_for(sign_in).text

        await answer_rounds(handle)


if __name__ == "__main__":
    asyncio.run(serve(read_task()))
