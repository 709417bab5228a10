"""Browsers and their sessions: signing in, switching the organization, signing out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from .directory import Directory
from .errors import ClerkError, not_found
from .records import Client, Session, SignIn, SignUp, Ticket, User
from .store import State, Store

_DAY_MS = 24 * 3600 * 1000
_BROWSER_SESSION_MS = 7 * _DAY_MS
_BACKEND_SESSION_MS = _DAY_MS


class Sessions:
    """Every browser and session of one data directory.

    Args: clock: Unix seconds.
    """

    def __init__(
        self, store: Store, directory: Directory, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970."""
        return int(self._clock() * 1000)

    def open_browser(self) -> Client:
        """Register a new browser and return it with its dev-browser token."""
        now = self.now_ms()
        token = f"dvb_local_{secrets.token_hex(16)}"
        client = Client(f"client_local_{secrets.token_hex(12)}", token, now, now)
        self._keep(client)
        return client

    def browser(self, dev_browser: str) -> Client:
        """Return a browser. Raises: ClerkError: an unknown token (401); ClerkJS gets a new one."""
        client = self._state.clients.get(dev_browser)
        if client is None:
            message = "This browser is unknown to the local Clerk."
            raise ClerkError(401, "dev_browser_unauthenticated", message)
        return client

    def live_sessions(self, client: Client) -> list[Session]:
        """Return the sessions of a browser that have not ended."""
        return [one for one in self._live() if one.client_id == client.id]

    def of_user(self, user_id: str) -> list[Session]:
        """Return the sessions of a user that have not ended."""
        return [one for one in self._live() if one.user_id == user_id]

    def session(self, session_id: str) -> Session:
        """Return a live session. Raises: ClerkError: unknown or ended (404)."""
        for one in self._live():
            if one.id == session_id:
                return one
        raise not_found(f"The session {session_id}")

    def session_of(self, client: Client, session_id: str | None) -> Session:
        """Return a session of a browser, by default the active one.

        Raises: ClerkError: the browser has no such session (401); ClerkJS then signs out.
        """
        wanted = session_id or client.last_active_session_id
        for one in self.live_sessions(client):
            if one.id == wanted:
                return one
        raise ClerkError(401, "authentication_invalid", "There is no such session.")

    def start_sign_in(self, client: Client, identifier: str, user: User) -> SignIn:
        """Begin to sign in; the password comes next."""
        started = SignIn(
            f"sia_local_{secrets.token_hex(12)}", identifier, user.id, "needs_first_factor"
        )
        self._keep(replace(client, sign_in=started))
        return started

    def complete_sign_in(
        self, client: Client, sign_in: SignIn, organization_id: str | None = None
    ) -> SignIn:
        """Open a session for a browser; `organization_id`: the one to be active in it."""
        session = self.replace_session(client, sign_in.user_id, organization_id)
        return replace(sign_in, status="complete", session_id=session.id)

    def replace_session(
        self, client: Client, user_id: str, organization_id: str | None = None
    ) -> Session:
        """Open a session for a browser in place of the one it had.

        Args: organization_id: the active one; the user's first unless given.
        """
        for old in self.live_sessions(client):
            del self._state.sessions[old.id]
        session = self.open_session(user_id, client, organization_id or self._home_of(user_id))
        self._keep(replace(client, sign_in=None, sign_up=None, last_active_session_id=session.id))
        return session

    def keep_sign_up(self, client: Client, sign_up: SignUp) -> SignUp:
        """Remember how far a browser is with creating an account."""
        self._keep(replace(client, sign_up=sign_up))
        return sign_up

    def open_session(
        self, user_id: str, client: Client | None, organization_id: str | None
    ) -> Session:
        """Open a session; one without a browser belongs to the Backend API."""
        self._forget_ended()
        now = self.now_ms()
        life = _BROWSER_SESSION_MS if client else _BACKEND_SESSION_MS
        session = Session(
            id=f"sess_local_{secrets.token_hex(12)}",
            user_id=user_id,
            client_id=client.id if client else None,
            active_organization_id=organization_id,
            created_at=now,
            updated_at=now,
            expire_at=now + life,
        )
        self._state.sessions[session.id] = session
        self._store.save()
        return session

    def touch(self, client: Client, session: Session, organization_id: str | None) -> Session:
        """Make a session the active one, and an organization active in it.

        Raises: ClerkError: the user does not belong to that organization (404).
        """
        if organization_id:
            self._directory.require_membership(session.user_id, organization_id)
        touched = replace(
            session, active_organization_id=organization_id or None, updated_at=self.now_ms()
        )
        self._state.sessions[session.id] = touched
        self._keep(replace(client, last_active_session_id=session.id))
        return touched

    def end(self, session: Session) -> None:
        """End one session."""
        self._state.sessions.pop(session.id, None)
        for client in list(self._state.clients.values()):
            if client.last_active_session_id == session.id:
                self._keep(replace(client, last_active_session_id=None))
        self._store.save()

    def end_all(self) -> None:
        """Sign everybody out and forget every browser and ticket."""
        for table in (self._state.clients, self._state.sessions, self._state.tickets):
            table.clear()
        self._store.save()

    def active_organization_id(self, session: Session) -> str | None:
        """Return the active organization, None when its user has left it or it is gone."""
        wanted = session.active_organization_id
        mine = wanted and self._directory.membership(session.user_id, wanted)
        return wanted if mine else None

    def is_pending(self, session: Session) -> bool:
        """Tell whether the user must create an organization before the session counts."""
        if self._directory.demo.personal_accounts:
            return False
        return not self.active_organization_id(session) and not self._directory.memberships_of(
            session.user_id
        )

    def issue_ticket(self, user: User, expires_in_s: int) -> Ticket:
        """Issue a ticket that signs `user` in once."""
        now = self.now_ms()
        ticket = Ticket(
            id=f"sit_local_{secrets.token_hex(12)}",
            token=f"ticket_local_{secrets.token_hex(24)}",
            user_id=user.id,
            created_at=now,
            expire_at=now + expires_in_s * 1000,
        )
        self._state.tickets[ticket.id] = ticket
        self._store.save()
        return ticket

    def redeem_ticket(self, client: Client, token: str) -> SignIn:
        """Sign a browser in with a ticket.

        Raises: ClerkError: the ticket is unknown, used or expired (400, 401).
        """
        ticket = next((one for one in self._state.tickets.values() if one.token == token), None)
        if ticket is None:
            raise ClerkError(400, "ticket_invalid_code", "The ticket is invalid.", "ticket")
        if ticket.used:
            message = "The ticket has been used already."
            raise ClerkError(400, "sign_in_token_already_used_code", message, "ticket")
        if ticket.expire_at <= self.now_ms():
            raise ClerkError(400, "ticket_expired_code", "The ticket has expired.", "ticket")
        self._state.tickets[ticket.id] = replace(ticket, used=True)
        user = self._directory.user(ticket.user_id)
        return self.complete_sign_in(client, self.start_sign_in(client, user.email, user))

    @property
    def _state(self) -> State:
        return self._store.state

    def _live(self) -> list[Session]:
        known = {user.id for user in self._directory.users()}
        now = self.now_ms()
        every = self._state.sessions.values()
        return [one for one in every if one.expire_at > now and one.user_id in known]

    def _forget_ended(self) -> None:
        self._state.sessions = {one.id: one for one in self._live()}

    def _home_of(self, user_id: str) -> str | None:
        mine = self._directory.memberships_of(user_id)
        if self._directory.demo.personal_accounts or not mine:
            return None
        return mine[0].organization_id

    def _keep(self, client: Client) -> None:
        self._state.clients[client.dev_browser] = replace(client, updated_at=self.now_ms())
        self._store.save()
