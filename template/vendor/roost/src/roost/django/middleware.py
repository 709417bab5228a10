"""The middleware: `request.clerk` says who asks, in the manner of `request.user`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from roost.django.apps import services
from roost.django.problems import problem_response
from roost.errors import AppError
from roost.http.browser import PRIVATE
from roost.http.wsgi import head_of
from roost.serving.caller import Caller
from roost.telemetry.observation import note_route

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class ClerkRequest(HttpRequest):
    """What a view behind the middleware is given; a name for annotations.

    clerk: looked up when it is first used.  aclerk: the same for code that can await.
    Both raise AppError (401, 403, 409, 503) as `Services.authenticate` does.
    """

    clerk: Caller
    aclerk: Callable[[], Coroutine[Any, Any, Caller]]
    _clerk: _Lookup


class ClerkMiddleware(MiddlewareMixin):
    """Gives each request its caller, and answers the refusals that views behind it raise.

    What was answered to somebody in particular is kept out of caches. Sync and async.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        super().__init__(get_response)
        # Asked for here, so that a server with bad settings ends at its start.
        services()

    def __call__(self, request: ClerkRequest) -> Answer:
        """Serve a request, or return the coroutine that does."""
        # Not in `process_request`, which costs an async project a thread for each request.
        lookup = request._clerk = _Lookup(request)
        request.clerk = cast(Caller, SimpleLazyObject(lookup.find))
        request.aclerk = lookup.find_in_thread
        if self.async_mode:
            return lookup.finish(self.get_response(request))
        return lookup.keep_private(self.get_response(request))

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Note which route serves a request, for the log."""
        if request.resolver_match is not None:
            note_route(request.resolver_match.route)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal of the core; other exceptions are none of ours."""
        return problem_response(exception) if isinstance(exception, AppError) else None


def set_length(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give every whole answer its Content-Length, so that it goes out in one piece."""

    # As CommonMiddleware does, which would refuse the hosts of probes as well.
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def caller_of(request: ClerkRequest) -> Caller:
    """Return what `request.clerk` stands for, without the detour of a lazy object.

    Raises: AppError: as `ClerkRequest` says.
    """
    return request._clerk.find()


class _Lookup:
    """Finds out who sent a request, once, when it is first asked."""

    def __init__(self, request: ClerkRequest) -> None:
        self._request = request
        self._caller: Caller | None = None
        self._was_asked = False

    def find(self) -> Caller:
        self._was_asked = True
        if self._caller is None:
            blocking = services()
            sign_in = blocking.authenticate(head_of(self._request.META))
            self._caller = self._request.clerk = Caller(blocking.core, sign_in)
        return self._caller

    async def find_in_thread(self) -> Caller:
        # Keys may have to be fetched, and the core waits for them in an event loop of its own.
        return await sync_to_async(self.find, thread_sensitive=False)()

    def keep_private(self, response: HttpResponseBase) -> HttpResponseBase:
        if self._was_asked:
            response.setdefault("Cache-Control", PRIVATE)
        return response

    async def finish(self, response: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return self.keep_private(await response)
