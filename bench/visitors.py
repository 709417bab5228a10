"""Sessions as Clerk issues them, and the apps' settings that accept them; no network in either."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from tests.oracle.tokens import (
    PARTY,
    PUBLISHABLE_KEY,
    SUFFIX,
    VERSION_2,
    Signer,
)

SECRET = "p.local_" + "0" * 64
LIFE_S = 60
# As long as Clerk's own.
_ID = "2uQ7mZ1xK9vB4nT8sLwR5yHc3Jd"
_ORGANIZATION = {
    "id": f"org_{_ID}",
    "slg": "acme-incorporated",
    "rol": "admin",
    "per": "read,manage,export",
    "fpm": "7,3,1",
}


@dataclass(frozen=True, slots=True)
class Visitors:
    """Signs sessions of one organization, each of its own user."""

    signer: Signer = field(default_factory=Signer)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an app that knows the key from its environment, so that it fetches none.

        Its Tinybird is never asked anything.
        """
        return {
            "CLERK_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "CLERK_JWT_KEY": self.signer.pem,
            "CLERK_AUTHORIZED_PARTIES": PARTY,
            "TINYBIRD_API_URL": "https://api.tinybird.co",
            "TINYBIRD_WORKSPACE_ID": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
            "TINYBIRD_JWT_SECRET": SECRET,
        }

    @property
    def usual_environment(self) -> dict[str, str]:
        """The settings as most have them: the key is fetched when serving begins."""
        return {name: text for name, text in self.environment.items() if name != "CLERK_JWT_KEY"}

    def token(self, number: int) -> str:
        """Sign a new session of user `number`: about a kilobyte, as an organization's is."""
        now = int(time.time())
        claims = {
            **VERSION_2,
            "iat": now,
            "nbf": now - 10,
            "exp": now + LIFE_S,
            "jti": uuid.uuid4().hex,
            "sid": f"sess_{_ID}",
            "sub": f"user_{_ID[:-8]}{number:08d}",
            "fea": "o:analytics,o:reports,o:members",
            "pla": "o:enterprise",
            "o": _ORGANIZATION,
        }
        return self.signer.token(claims)


def bearer(token: str) -> str:
    """Return the Authorization header of a session."""
    return f"Bearer {token}"


def cookies(token: str) -> str:
    """Return the Cookie header of a browser, in which Clerk keeps every value twice."""
    seen = f"__client_uat_{SUFFIX}=1790000000; __client_uat=1790000000"
    return f"{seen}; __session_{SUFFIX}={token}; __session={token}"
