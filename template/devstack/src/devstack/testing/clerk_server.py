"""The local Clerk of a test session."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..clerk.tokens_client import session_token
from ..identity import Identity, load_identity
from .processes import serving

PAGE = "http://localhost:3000"


@dataclass(frozen=True, slots=True)
class ClerkServer:
    """A local Clerk that runs; its URL is the issuer of its tokens."""

    url: str
    identity: Identity = field(repr=False)

    @property
    def env(self) -> dict[str, str]:
        """What an app under test needs to verify sessions."""
        return {
            "CLERK_API_URL": self.url,
            "CLERK_PROXY_URL": self.url,
            "CLERK_PUBLISHABLE_KEY": self.identity.publishable_key,
            "CLERK_SECRET_KEY": self.identity.clerk_secret_key,
            "CLERK_WEBHOOK_SIGNING_SECRET": self.identity.webhook_secret,
            "CLERK_AUTHORIZED_PARTIES": PAGE,
        }

    @property
    def jwks_url(self) -> str:
        """Where the keys are that verify its tokens."""
        return f"{self.url}/.well-known/jwks.json"

    def session(self, user: str, org: str | None, page: str = PAGE) -> str:
        """Return a session token of a user, in an organization or in none.

        Args: page: the origin that asks for it, the token's `azp`.
        """
        return session_token(self.identity, self.url, user, org, page)


@contextmanager
def clerk_server(folder: Path) -> Generator[ClerkServer]:
    """Serve until the block ends, with all state in `folder`.

    Raises: ServiceDidNotStart.
    """
    with serving("clerk", folder, "--no-clerkjs") as url:
        yield ClerkServer(url, load_identity(folder))
