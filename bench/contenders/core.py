"""The rendered app's core as FastAPI and Litestar await it; run in a render's environment."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from .timing import Task, answer_rounds, read_task


def module_of(task: Task, name: str) -> ModuleType:
    """Import a module of the rendered app."""
    return importlib.import_module(f"{task['package']}.{name}")


def services_of(task: Task) -> Any:  # noqa: ANN401 - the rendered app's class
    """Make the app's core from the task's environment alone."""
    settings = module_of(task, "settings").load_settings(task["environment"], Path("/nonexistent"))
    return module_of(task, "assembly").make_services(settings)


async def serve(task: Task) -> None:
    """Serve rounds in one event loop, as a worker of an ASGI app does."""
    head = module_of(task, "core.credentials").RequestHead
    async with services_of(task) as core:

        async def handle(authorization: str | None, cookie: str | None) -> str:
            sign_in = await core.authenticate(head("GET", authorization, cookie))
            return core.token_for(sign_in).text

        await answer_rounds(handle)


if __name__ == "__main__":
    asyncio.run(serve(read_task()))
