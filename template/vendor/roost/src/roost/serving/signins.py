"""Verified sessions of this process, each kept under the exact token that it was read from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from roost.answers import Me, describe
from roost.errors import AppError
from roost.identity.session import LEEWAY_S, Session
from roost.identity.tenancy import Tenant
from roost.tinybird.tokens import TinybirdToken


@dataclass(slots=True)
class SignIn:
    """A verified session, and what was made of it when it was asked for: its token, its answer.

    generation: of the keys that verified it.
    """

    session: Session
    tenant: Tenant | None
    generation: int
    token: TinybirdToken | None = None
    described: Me | None = None

    @property
    def tenant_id(self) -> str | None:
        """The id of the tenant that the session acts for, if any."""
        return self.tenant.id if self.tenant else None

    def require_tenant(self) -> Tenant:
        """Return the tenant that the session acts for.

        Raises: AppError: `tenant-required` (403).
        """
        if self.tenant is None:
            raise AppError("tenant-required")
        return self.tenant

    def me(self) -> Me:
        """Describe the session to its own user."""
        if self.described is None:
            self.described = describe(self.session, self.tenant_id)
        return self.described

    def fresh_token(self, now: float, ttl_s: int) -> TinybirdToken | None:
        """Return the minted token while at least half of its life is left."""
        if self.token is None or self.token.expires_at - now < ttl_s / 2:
            return None
        return self.token


class SignIns:
    """A bounded memory of verified sessions, least used out first; for any thread."""

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._by_token: OrderedDict[str, SignIn] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, token: str, generation: int, now: float) -> SignIn | None:
        """Return what was verified for this very token, unless the keys have changed since.

        Raises: AppError: `token-expired` or `token-not-active`: time is checked on every use.
        """
        with self._lock:
            found = self._by_token.get(token)
            if found is None:
                return None
            if found.generation != generation or now >= found.session.expires_at + LEEWAY_S:
                del self._by_token[token]
            else:
                self._by_token.move_to_end(token)
        found.session.check_time(now)
        return found if found.generation == generation else None

    def keep(self, token: str, sign_in: SignIn) -> None:
        """Remember a verified session."""
        with self._lock:
            self._by_token[token] = sign_in
            if len(self._by_token) > self._capacity:
                self._by_token.popitem(last=False)
