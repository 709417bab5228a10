"""What a view asks for, written between its route and its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import ParamSpec, TypeVar

from flask import current_app, g

from roost.http.openapi.security import Asks, asking
from roost.policy.access import Who
from roost.serving.caller import Caller

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[P, R]], Callable[P, R]]


def session_optional(view: Callable[P, R]) -> Callable[P, R]:
    """Let visitors through as well, and refuse a bad token before the view runs (401)."""
    return _guarded(view, Asks.CALLER, lambda caller: caller.is_signed_in)


def session_required(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse requests without a verified session (401)."""
    return _guarded(view, Asks.SESSION, lambda caller: caller.session)


def tenant_required(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse sessions that act for no tenant (403), and requests without one (401)."""
    return _guarded(view, Asks.TENANT, lambda caller: caller.tenant)


def role_required(role: str) -> Decorator[P, R]:
    """Refuse sessions without a role such as `org:admin` (403)."""
    return _required(Who(role=role))


def permission_required(permission: str) -> Decorator[P, R]:
    """Refuse sessions without a permission such as `org:analytics:manage` (403)."""
    return _required(Who(permission=permission))


def _required(who: Who) -> Decorator[P, R]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        return _guarded(view, Asks.TENANT, lambda caller: caller.require(who))

    return decorate


def _guarded(view: Callable[P, R], asks: Asks, check: Callable[[Caller], object]) -> Callable[P, R]:
    is_coroutine = iscoroutinefunction(view)

    @asking(asks)
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        check(g.clerk)
        run = current_app.ensure_sync(view) if is_coroutine else view
        return run(*args, **kwargs)

    return guarded
