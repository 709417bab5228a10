"""What the local Clerk knows: values only, times in milliseconds since 1970 as Clerk has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SignInStatus = Literal["needs_first_factor", "complete"]
InvitationStatus = Literal["pending", "accepted", "revoked"]
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
    """A person who can sign in; the password of one who is not the demo's is hashed."""

    id: str
    email: str
    password: str = field(repr=False)
    first_name: str
    last_name: str
    created_at: int = DEMO_CREATED_AT


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
class SignUp:
    """One attempt to create an account. `code`: what the mail holds, empty until one is sent."""

    id: str
    email: str
    password: str = field(repr=False)
    first_name: str
    last_name: str
    abandon_at: int
    code: str = field(default="", repr=False)
    code_expire_at: int = 0
    is_verified: bool = False
    invitation_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is asked into an organization, and where the link of the mail leads.

    `redirect_url`: the page that was named, None for the pages of the app at `origin`.
    """

    id: str
    organization_id: str
    email: str
    role_key: str
    ticket: str = field(repr=False)
    origin: str
    redirect_url: str | None
    created_at: int
    updated_at: int
    expire_at: int
    status: InvitationStatus = "pending"


@dataclass(frozen=True, slots=True)
class Mail:
    """What the real Clerk would send; `text` says why, `action` is a link or a code."""

    to: str
    subject: str
    text: str
    action: str = field(repr=False)
    sent_at: int


@dataclass(frozen=True, slots=True)
class Client:
    """A browser, known by the dev-browser token that ClerkJS sends with every call."""

    id: str
    dev_browser: str = field(repr=False)
    created_at: int
    updated_at: int
    last_active_session_id: str | None = None
    sign_in: SignIn | None = None
    sign_up: SignUp | None = None


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
