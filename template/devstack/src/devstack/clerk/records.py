"""What the local Clerk knows: values only, times in milliseconds since 1970 as Clerk has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SignInStatus = Literal["needs_first_factor", "complete"]
DEMO_CREATED_AT = 1_767_225_600_000


@dataclass(frozen=True, slots=True)
class Role:
    """A role of an organization, such as `org:admin`."""

    key: str
    name: str
    permissions: tuple[str, ...]
    system_permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in."""

    id: str
    email: str
    password: str = field(repr=False)
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant of the app."""

    id: str
    name: str
    slug: str
    created_at: int = DEMO_CREATED_AT
    created_by: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in an organization, under one role."""

    user_id: str
    organization_id: str
    role_key: str
    created_at: int = DEMO_CREATED_AT

    @property
    def id(self) -> str:
        """Return the id, the same one at every start."""
        user, organization = self.user_id, self.organization_id
        return f"orgmem_{user.removeprefix('user_')}_{organization.removeprefix('org_')}"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt to sign in; `identifier` is the e-mail address typed."""

    id: str
    identifier: str
    user_id: str
    status: SignInStatus
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A browser, known by the dev-browser token that ClerkJS sends with every call."""

    id: str
    dev_browser: str = field(repr=False)
    created_at: int
    updated_at: int
    last_active_session_id: str | None = None
    sign_in: SignIn | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user; one made through the Backend API has no client."""

    id: str
    user_id: str
    client_id: str | None
    active_organization_id: str | None
    created_at: int
    updated_at: int
    expire_at: int


@dataclass(frozen=True, slots=True)
class JwtTemplate:
    """What the tokens of one name hold, how long they live, and what signs them."""

    id: str
    name: str
    claims: dict[str, object]
    lifetime: int
    allowed_clock_skew: int
    custom_signing_key: bool
    signing_algorithm: str
    signing_key: str = field(repr=False)
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sign-in token of the Backend API: signs its user in once, before it expires."""

    id: str
    token: str = field(repr=False)
    user_id: str
    created_at: int
    expire_at: int
    used: bool = False
