"""The JSON bodies that the app answers with, the same from every framework."""

from __future__ import annotations

from dataclasses import dataclass

from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.tinybird.tokens import TinybirdToken


@dataclass(frozen=True, slots=True)
class Status:
    """The app is up."""

    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in user, and the tenant that the session acts for, if any."""

    user_id: str
    session_id: str
    tenant_id: str | None
    org_id: str | None
    org_slug: str | None
    role: str | None
    permissions: list[str]
    impersonator_id: str | None


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A token for Tinybird's API; `expires_at` is in Unix seconds."""

    token: str
    expires_at: int
    api_url: str
    tenant_id: str
    endpoints: list[str]


@dataclass(frozen=True, slots=True)
class EndpointsAnswer:
    """What a session may read through the backend: its tenant's rows of these endpoints, sorted."""

    tenant_id: str
    endpoints: list[str]


@dataclass(frozen=True, slots=True)
class EventsAnswer:
    """How many events were stored, and how many Tinybird put aside as malformed."""

    accepted: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An endpoint's rows, as JSON or CSV; `age_s`: how long ago Tinybird answered them."""

    body: bytes
    media_type: str
    age_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the response.

        Source: https://www.rfc-editor.org/rfc/rfc9111#section-5.1 (Age)
        """
        return {"Content-Type": self.media_type, "Vary": "Accept", "Age": str(self.age_s)}


def describe(session: Session, tenant_id: str | None) -> Me:
    """Describe a session to its own user."""
    return Me(
        user_id=session.user_id,
        session_id=session.session_id,
        tenant_id=tenant_id,
        org_id=session.org_id,
        org_slug=session.org_slug,
        role=session.role,
        permissions=sorted(session.permissions),
        impersonator_id=session.impersonator_id,
    )


def token_answer(tenant: Tenant, token: TinybirdToken, api_url: str) -> TokenAnswer:
    """Describe a minted token to the page that will use it."""
    return TokenAnswer(token.text, token.expires_at, api_url, tenant.id, token.endpoints)
