"""Who may call a view, for views of classes."""

from __future__ import annotations

from collections.abc import Awaitable

from django.http.response import HttpResponseBase
from django.views import View

from roost.django.middleware import ClerkRequest, caller_of
from roost.http.openapi.security import Asks, asking
from roost.policy.access import Who


@asking(Asks.TENANT)
class ClerkRequiredMixin(View):
    """Refuses visitors (401), sessions without a tenant, and those without what is named (403).

    A View itself, so that it guards whichever base of a view is named first.

    role: as Clerk names it, `org:admin`.  permission: such as `org:analytics:manage`.
    """

    role: str | None = None
    permission: str | None = None

    def dispatch(
        self, request: ClerkRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve a request of a session that may; an async view returns a coroutine."""
        if self.view_is_async:
            return self._dispatch_async(request, *args, **kwargs)
        caller_of(request).require(self._who())
        return super().dispatch(request, *args, **kwargs)

    async def _dispatch_async(
        self, request: ClerkRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        (await request.aclerk()).require(self._who())
        return await super().dispatch(request, *args, **kwargs)

    def _who(self) -> Who:
        return Who(self.role, self.permission)
