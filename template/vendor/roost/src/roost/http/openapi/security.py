"""What a route of the owner's asks of whoever calls it, and what the document says for it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from roost.http.openapi.bodies import Json
from roost.http.openapi.refusals import SESSION, TENANT, TOKEN, refusals

_View = TypeVar("_View", bound=Callable[..., Any])

# Where a decorator leaves its note; `functools.wraps` passes it on.
_MARK = "__roost_asks__"
_SAFE_METHODS = {"get", "head", "options", "trace"}

# Either of them; an empty requirement is one that everybody meets.
SIGNED_IN: list[dict[str, list[str]]] = [{"session_token": []}, {"session_cookie": []}]
ANYBODY = [*SIGNED_IN, {}]
SCHEMES: Json = {
    "session_token": {"type": "http", "scheme": "bearer", "description": "Clerk session token"},
    "session_cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__session",
        "description": "Clerk's own cookie",
    },
}


class Asks(Enum):
    """Who may call a route; the later includes what the earlier refuses."""

    CALLER = 1  # anybody, but a bad token is never taken for none
    SESSION = 2
    TENANT = 3


_CODES = {Asks.CALLER: TOKEN, Asks.SESSION: SESSION, Asks.TENANT: TENANT}


def asking(asks: Asks) -> Callable[[_View], _View]:
    """Make a decorator that notes on a view what it asks for; of several the strictest counts."""

    def mark(view: _View) -> _View:
        setattr(view, _MARK, strictest(asks, asks_of(view)))
        return view

    return mark


def strictest(*asked: Asks | None) -> Asks | None:
    """Return what is asked where several are: the one that refuses most."""
    found = [asks for asks in asked if asks is not None]
    return max(found, key=lambda asks: asks.value, default=None)


def asks_of(view: object) -> Asks | None:
    """Return what a view asks for, as its decorators have noted."""
    return getattr(view, _MARK, None)


def secured(operation: Json, method: str, asks: Asks | None) -> Json:
    """Add to an operation what asking for the caller means: its security and its refusals.

    What the operation says itself stays.
    Args: method: in lower case.  asks: None for a route that asks nobody.
    """
    if asks is None:
        return operation
    forged = () if method in _SAFE_METHODS else ("origin-forbidden",)
    responses = {**refusals(*_CODES[asks], *forged), **operation.get("responses", {})}
    security = ANYBODY if asks is Asks.CALLER else SIGNED_IN
    return {"security": security, **operation, "responses": dict(sorted(responses.items()))}
