"""One running local Clerk: its directory, sessions, keys, and the switches that tests flip."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..guard import LOOPBACK_HOSTS
from .demo import Demo
from .directory import Directory
from .invitations import Invitations
from .jwt_templates import Bearer, JwtTemplates, mint_template_token
from .keys import KeyRing
from .outbox import Outbox
from .records import Session
from .sessions import Sessions
from .shortcodes import Facts, organization_facts, user_facts
from .sign_ups import SignUps
from .store import State, Store
from .tokens import Lifetime, OrganizationClaim, Subject, Version, mint_session_token

TOKEN_LIFETIME_S = 60


@dataclass(slots=True)
class Switches:
    """What the control routes change; gone at a restart.

    `outage_until`: Unix seconds until which the Frontend API answers 503.
    """

    token_version: Version = 2
    token_lifetime_s: int = TOKEN_LIFETIME_S
    outage_until: float = 0.0


class Instance:
    """The local Clerk that answers at `url`, which is also the issuer of its tokens.

    Args: clock: Unix seconds.  home_url: where the app answers, for links of its backend's mails.
    """

    def __init__(
        self,
        url: str,
        secret_key: str,
        demo: Demo,
        data_dir: Path,
        clock: Callable[[], float] = time.time,
        *,
        home_url: str = "http://127.0.0.1:8000",
        hosts: frozenset[str] = LOOPBACK_HOSTS,
    ) -> None:
        """Load the state in `data_dir`; `hosts`: those whose pages may sign in here."""
        self.url, self.home_url, self.hosts = url, home_url, hosts
        self.secret_key = secret_key
        self.clock = clock
        self.switches = Switches()
        self._store = Store(data_dir)
        self.keys = KeyRing(data_dir / "keys.json")
        self.directory = Directory(demo, self._store)
        self.sessions = Sessions(self._store, self.directory, clock)
        now_ms = self.sessions.now_ms
        self.outbox = Outbox(self._store, now_ms)
        self.invitations = Invitations(self._store, self.directory, self.outbox, url, now_ms)
        self.sign_ups = SignUps(self.directory, self.sessions, self.invitations, self.outbox)
        self.jwt_templates = JwtTemplates(self._store, now_ms)

    def session_token(
        self,
        session: Session,
        organization_id: str | None,
        azp: str | None,
        lifetime_s: int | None = None,
        version: Version | None = None,
    ) -> str:
        """Mint a token of `session` that speaks for any organization of its user, or for none.

        Raises: ClerkError: the user does not belong to that organization (404).
        """
        now = int(self.clock())
        life = self.switches.token_lifetime_s if lifetime_s is None else lifetime_s
        # A token that has expired was issued earlier still.
        issued_at = now if life > 0 else now + life - TOKEN_LIFETIME_S
        subject = Subject(
            user_id=session.user_id,
            session_id=session.id,
            pending=self.sessions.is_pending(session),
            verified_minutes=max(0, now - session.created_at // 1000) // 60,
            organization=self._claim(session.user_id, organization_id),
            azp=azp,
        )
        return mint_session_token(
            self.keys.signing_key,
            self.url,
            subject,
            Lifetime(issued_at, now + life),
            version or self.switches.token_version,
        )

    def template_token(self, session: Session, name: str, azp: str | None) -> str:
        """Mint a token of the JWT template `name` for the session's active organization, if any.

        Raises: ClerkError: there is no such template (404).
        """
        template = self.jwt_templates.called(name)
        now = int(self.clock())
        bearer = Bearer(session.user_id, self.url, azp, now, self._facts(session))
        return mint_template_token(template, bearer, self.keys.signing_key)

    def is_out(self) -> bool:
        """Tell whether an outage has been ordered and is not over."""
        return self.clock() < self.switches.outage_until

    def reset(self) -> None:
        """Go back to the demo file: nobody signed in, no organization of a user's making.

        Keys and JWT templates stay: they are the instance's, not its users'.
        """
        self._store.state = State(jwt_templates=self._store.state.jwt_templates)
        self._store.save()

    def close(self) -> None:
        """Let go of the data directory."""
        self._store.close()

    def _facts(self, session: Session) -> Facts:
        user = self.directory.user(session.user_id)
        facts = {"user": user_facts(user), "session": {"actor": None}}
        claim = self._claim(user.id, self.sessions.active_organization_id(session))
        if claim is None:
            return facts
        organization = self.directory.organization(claim.id)
        return {**facts, "org": organization_facts(organization, claim.role)}

    def _claim(self, user_id: str, organization_id: str | None) -> OrganizationClaim | None:
        if not organization_id:
            return None
        membership = self.directory.require_membership(user_id, organization_id)
        organization = self.directory.organization(organization_id)
        role = self.directory.role_of(membership)
        return OrganizationClaim(
            id=organization.id,
            slug=organization.slug,
            role=role.key,
            permissions=role.permissions,
            features=self.directory.demo.features,
        )
