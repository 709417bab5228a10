"""Who may call a view, for views of functions, sync and async.

    @role_required("org:admin")
    def members(request: ClerkRequest) -> HttpResponse: ...

None is called `permission_required`: Django's own of that name asks `request.user`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction

from roost.django.middleware import ClerkRequest, caller_of
from roost.http.openapi.security import Asks, asking
from roost.policy.access import Who
from roost.serving.caller import Caller

_View = TypeVar("_View", bound=Callable[..., Any])
# Named here because types take it for asyncio's own on Python 3.11, which is deprecated.
_is_async: Callable[[object], bool] = iscoroutinefunction


def session_optional(view: _View) -> _View:
    """Let visitors through as well, and refuse a bad token with 401 before the view runs."""
    return _guarded(view, Asks.CALLER, lambda caller: caller)


def session_required(view: _View) -> _View:
    """Refuse visitors with 401."""
    return _guarded(view, Asks.SESSION, lambda caller: caller.session)


def tenant_required(view: _View) -> _View:
    """Refuse visitors with 401, and sessions without a tenant with 403."""
    return _guarded(view, Asks.TENANT, Caller.require)


def role_required(role: str) -> Callable[[_View], _View]:
    """Make a decorator that refuses sessions without a role such as `org:admin` (403)."""
    return _requiring(Who(role=role))


def clerk_permission_required(permission: str) -> Callable[[_View], _View]:
    """Make a decorator that refuses sessions without a permission of Clerk's (403)."""
    return _requiring(Who(permission=permission))


def _requiring(who: Who) -> Callable[[_View], _View]:
    return lambda view: _guarded(view, Asks.TENANT, lambda caller: caller.require(who))


def _guarded(view: _View, asks: Asks, check: Callable[[Caller], object]) -> _View:
    if _is_async(view):

        @wraps(view)
        async def guarded(request: ClerkRequest, *args: object, **kwargs: object) -> object:
            check(await request.aclerk())
            return await view(request, *args, **kwargs)
    else:

        @wraps(view)
        def guarded(request: ClerkRequest, *args: object, **kwargs: object) -> object:
            check(caller_of(request))
            return view(request, *args, **kwargs)

    return asking(asks)(cast(_View, guarded))
