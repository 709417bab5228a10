"""The rendered app's core as the threads of Flask and Django call it; run in a render."""

from __future__ import annotations

import asyncio

from roost.identity.credentials import RequestHead
from roost.serving.blocking import BlockingServices

from .core import services_of
from .timing import Task, answer_rounds, read_task


async def serve(task: Task) -> None:
    """Serve rounds; awaiting a function that awaits nothing costs a tenth of a microsecond."""
    with BlockingServices(services_of(task)) as blocking:
        core = blocking.core

        async def handle(authorization: str | None, cookie: str | None) -> str:
            sign_in = blocking.authenticate(RequestHead("GET", authorization, cookie))
            assert sign_in is not None
            return core.token_for(sign_in).text

        await answer_rounds(handle)


if __name__ == "__main__":
    asyncio.run(serve(read_task()))
