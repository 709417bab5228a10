"""The routes of somebody's own app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import WebSocket, get, websocket
from litestar.di import NamedDependency, Provide
from roost.litestar import (
    Caller,
    Session,
    requires_permission,
    requires_role,
    requires_session,
    requires_tenant,
)
from roost.litestar.dependencies import AnyRequest, caller_of


@dataclass(frozen=True, slots=True)
class HostTenant:
    """What the app has called a tenant all along."""

    name: str

    @classmethod
    def provider(cls) -> Provide:
        """Provide the one tenant of the app."""
        return Provide(lambda: cls("the-hosts-own"), sync_to_thread=False)


@get("/public", sync_to_thread=False)
def public() -> dict[str, bool]:
    """Answer anybody."""
    return {"open": True}


@get("/hello", sync_to_thread=False)
def hello(caller: NamedDependency[Caller]) -> dict[str, str | None]:
    """Greet anybody, a member by name."""
    return {"user": caller.session.user_id if caller.is_signed_in else None}


@get("/mine", sync_to_thread=False)
def mine(session: NamedDependency[Session]) -> dict[str, str]:
    """Answer members."""
    return {"user": session.user_id}


@get("/team", sync_to_thread=False)
def team(tenant: NamedDependency[HostTenant]) -> dict[str, str]:
    """Answer with the app's own tenant."""
    return {"tenant": tenant.name}


@get("/signed-in", guards=[requires_session], sync_to_thread=False)
def signed_in() -> dict[str, bool]:
    """Answer sessions."""
    return {"open": True}


@get("/tenant", guards=[requires_tenant], sync_to_thread=False)
def tenant_only() -> dict[str, bool]:
    """Answer tenants."""
    return {"open": True}


@get("/admin", guards=[requires_role("org:admin")], sync_to_thread=False)
def admin() -> dict[str, bool]:
    """Answer admins."""
    return {"open": True}


@get("/manage", guards=[requires_permission("org:analytics:manage")], sync_to_thread=False)
def manage() -> dict[str, bool]:
    """Answer those who may manage."""
    return {"open": True}


@get("/token", guards=[requires_session])
async def token(request: AnyRequest, caller: NamedDependency[Caller]) -> dict[str, object]:
    """Tell whether the guard's caller is the handler's, and when its token was minted."""
    assert caller.sign_in is not None
    is_minted_before = caller.sign_in.token is not None
    return {
        "same": await caller_of(request) is caller,
        "minted_before": is_minted_before,
        "slug": caller.org_slug,
        "reads": caller.tinybird_token.fixed["top_events"],
    }


@get("/broken", sync_to_thread=False)
def broken() -> None:
    """Fail."""
    raise LookupError("the host's own mistake")


@websocket("/live", guards=[requires_session])
async def live(socket: WebSocket[Any, Any, Any]) -> None:
    """Send a word to members."""
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


HANDLERS = [public, hello, mine, team, signed_in, tenant_only, admin, manage, token, broken, live]
