"""What is done to answers on their way out."""

from __future__ import annotations

from functools import cached_property

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from roost.dashboard.pages import is_hashed
from roost.http.browser import FOR_EVER, PRIVATE
from roost.http.cross_origin import FILE_HEADERS, STATIC_PATH
from roost.http.shell import ShellRules
from roost.litestar.dependencies import ASKED
from roost.project import Project
from roost.telemetry.observation import note_route


class DefaultHeaders(ASGIMiddleware):
    """Adds the headers of every answer, for apps that have no shell around them."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, project: Project, root: str) -> None:
        self._project = project
        self._static = f"{root}{STATIC_PATH}"

    @cached_property
    def _of_files(self) -> list[tuple[bytes, bytes]]:
        # Read when the first answer goes out: an app that is only imported needs no environment.
        defaults = ShellRules(self._project.settings).defaults(STATIC_PATH, "")
        return _encoded({**defaults, **FILE_HEADERS})

    @cached_property
    def _of_answers(self) -> list[tuple[bytes, bytes]]:
        return _encoded(ShellRules(self._project.settings).defaults("/", ""))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Serve one request."""
        note_route(scope["path_template"])
        is_file = scope["path"].startswith(self._static)
        defaults = self._of_files if is_file else self._of_answers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                names = {name for name, _ in given}
                added = [header for header in defaults if header[0] not in names]
                message["headers"] = [*given, *added]
            await send(message)

        await next_app(scope, receive, send_with_headers)


async def keep_private(message: Message, scope: Scope) -> None:
    """Keep an answer that depends on the session out of caches, unless it says otherwise."""
    if message["type"] == "http.response.start" and ASKED in scope["state"]:
        MutableScopeHeaders.from_message(message).setdefault("Cache-Control", PRIVATE)


class NotModified(ASGIMiddleware):
    """Answers 304 where the browser has the file already."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Serve one request."""
        known = {
            tag.strip() for tag in Headers.from_scope(scope).get("if-none-match", "").split(",")
        }
        is_known = False

        async def send_once(message: Message) -> None:
            nonlocal is_known
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                is_known = headers.get("etag") in known
                if is_known:
                    message["status"] = 304
                    del headers["content-length"]
            elif is_known and message["type"] == "http.response.body":
                if message["more_body"]:
                    return
                message["body"] = b""
            await send(message)

        await next_app(scope, receive, send_once)


class KeepHashed(ASGIMiddleware):
    """Has browsers keep the files whose address changes with them."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Serve one request."""
        name = str(scope["path_params"].get("file_path", "")).lstrip("/")

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                MutableScopeHeaders.from_message(message)["Cache-Control"] = FOR_EVER
            await send(message)

        await next_app(scope, receive, send_kept if is_hashed(name) else send)


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    # A request's id belongs to its line in the shell's log.
    given = {name: value for name, value in headers.items() if name != "x-request-id"}
    return [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
