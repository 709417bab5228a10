"""Who calls the Frontend API: the browser, its session, and the page it shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse

from ...guard import is_origin_of
from ..client_shapes import client_shape
from ..errors import ClerkError
from ..instance import Instance
from ..records import Client, Session
from ..shapes import Json

_PAGE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Caller:
    """One request of ClerkJS, resolved. `azp`: the origin of the page, for the token."""

    instance: Instance
    dev_browser: str
    azp: str | None
    session_id: str | None

    @property
    def client(self) -> Client:
        """Return the browser as it is now. Raises: ClerkError: unknown (401)."""
        return self.instance.sessions.browser(self.dev_browser)

    def session(self, session_id: str | None = None) -> Session:
        """Return a session of this browser. Raises: ClerkError: it has no such session (401)."""
        return self.instance.sessions.session_of(self.client, session_id or self.session_id)

    def changed(self, response: Json) -> JSONResponse:
        """Answer a change, with the browser's new state beside it."""
        return self.changed_many(response)

    def changed_many(self, response: Json | list[Json]) -> JSONResponse:
        """Answer a change of several things, with the browser's new state beside them."""
        client = client_shape(self.instance, self.client, self.azp)
        return JSONResponse({"response": response, "client": client})


def caller_of(request: Request) -> Caller:
    """Resolve the caller. Raises: ClerkError: an unknown browser (401)."""
    instance = instance_of(request)
    query = request.query_params
    caller = Caller(
        instance=instance,
        dev_browser=query.get("__clerk_db_jwt", ""),
        azp=_page_origin(request),
        session_id=query.get("_clerk_session_id"),
    )
    instance.sessions.browser(caller.dev_browser)
    return caller


def instance_of(request: Request) -> Instance:
    """Return the local Clerk that serves this request."""
    instance: Instance = request.app.state.instance
    return instance


def known_origin_of(url: str, instance: Instance) -> str | None:
    """Return the origin of a page that may sign in here, None for any other address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if "@" not in origin and is_origin_of(origin, instance.hosts) else None


def read_answer(response: object) -> JSONResponse:
    """Answer a read."""
    return JSONResponse({"response": response, "client": None})


async def form_of(request: Request) -> dict[str, str]:
    """Read the form of a request, text fields only."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def page_bounds(request: Request) -> tuple[int, int]:
    """Read `limit` and `offset`. Raises: ClerkError: not whole numbers in range (422)."""
    limit = _number(request, "limit", default=10)
    return min(limit, _PAGE_LIMIT), _number(request, "offset", default=0)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ClerkError(422, "form_param_format_invalid", f"{name} is a whole number.", name)
    return int(text)


def _page_origin(request: Request) -> str | None:
    headers, instance = request.headers, instance_of(request)
    # A GET from a page of the same origin carries a Referer only.
    origin = headers.get("origin") or known_origin_of(headers.get("referer", ""), instance)
    return origin if origin and is_origin_of(origin, instance.hosts) else None
