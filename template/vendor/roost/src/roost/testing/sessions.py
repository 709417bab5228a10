"""Sessions without a running Clerk: tokens that the app takes, because it is told their key."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from secrets import token_hex

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from roost.policy.product import Tenancy

# `pk_test_` and, encoded, the host of the instance: https://clerk.com/docs/guides/how-clerk-works
_PUBLISHABLE_KEY = "pk_test_dGVzdGluZy5jbGVyay5hY2NvdW50cy5kZXYk"
_ISSUER = "https://testing.clerk.accounts.dev"
ORIGIN = "http://127.0.0.1:8000"
_LIFE_S = 60


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session for tests; `headers` make a request one of its user's.

    tenant: whom the session acts for, by the tenancy that was chosen; None without one.
    """

    user: str
    tenant: str | None
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class TestClerk:
    """A Clerk instance of one key, in memory; set `environment` where the app reads its settings.

    tenancy: who a tenant is, an organization or a user.
    """

    __test__ = False  # no test, whatever pytest takes its name for

    tenancy: Tenancy
    key: RSAPrivateKey = field(default_factory=_new_key, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """All that the app needs to start: this Clerk, and a Tinybird that nobody reaches."""
        public = self.key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {
            "CLERK_PUBLISHABLE_KEY": _PUBLISHABLE_KEY,
            "CLERK_PROXY_URL": "",
            "CLERK_JWT_KEY": pem.decode(),
            "CLERK_AUTHORIZED_PARTIES": ORIGIN,
            "TINYBIRD_API_URL": "http://127.0.0.1:9",
            "TINYBIRD_WORKSPACE_ID": "7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
            "TINYBIRD_JWT_SECRET": f"p.local_{token_hex(24)}",
        }

    def sign_in(
        self,
        user: str,
        organization: str | None = None,
        *,
        role: str = "org:member",
        permissions: Collection[str] = (),
    ) -> SignedIn:
        """Sign a user in, with an organization active.

        Args: role: in the organization.  permissions: such as `org:reports:manage`.
        """
        now = int(time.time())
        claims = {
            "iss": _ISSUER,
            "sub": user,
            "sid": f"sess_{token_hex(8)}",
            "azp": ORIGIN,
            "iat": now,
            "nbf": now - 10,
            "exp": now + _LIFE_S,
            "v": 2,
            "sts": "active",
            **(_organization(organization, role, permissions) if organization else {}),
        }
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "ins_testing"})
        return SignedIn(user, user if self.tenancy == "user" else organization, token)


def _organization(id_: str, role: str, permissions: Collection[str]) -> dict[str, object]:
    # Source: https://clerk.com/docs/guides/sessions/session-tokens, version 2
    parts = [permission.split(":") for permission in permissions]
    features = sorted({feature for _, feature, _ in parts})
    names = sorted({name for *_, name in parts})
    masks = [
        sum(1 << at for at, name in enumerate(names) if f"org:{feature}:{name}" in permissions)
        for feature in features
    ]
    organization = {"id": id_, "slg": id_, "rol": role.removeprefix("org:")}
    if not parts:
        return {"o": organization}
    granted = {"per": ",".join(names), "fpm": ",".join(map(str, masks))}
    return {"o": organization | granted, "fea": ",".join(f"o:{name}" for name in features)}
