"""Creating an account: who, a password, and a code that comes by mail.

Source: https://clerk.com/docs/guides/development/custom-flows/authentication/email-password
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from .directory import Directory
from .errors import ClerkError, not_found, unprocessable
from .invitations import Invitations
from .outbox import Outbox
from .passwords import hashed
from .records import Client, SignUp, User
from .sessions import Sessions

PASSWORD_LENGTH = (8, 72)
# Clerk's own: an address of this kind gets no mail, and its code is always the same one.
# https://clerk.com/docs/guides/development/testing/test-emails-and-phones
_TEST_ADDRESS, _TEST_CODE = "+clerk_test@", "424242"
_CODE_LIFE_MS = 10 * 60 * 1000
_ATTEMPT_LIFE_MS = 24 * 3600 * 1000


def missing_fields(sign_up: SignUp) -> list[str]:
    """Return what an attempt still has to say."""
    needed = {"email_address": sign_up.email, "password": sign_up.password}
    return [name for name, value in needed.items() if not value]


class SignUps:
    """The attempts of every browser; each browser has one at a time."""

    def __init__(
        self, directory: Directory, sessions: Sessions, invitations: Invitations, outbox: Outbox
    ) -> None:
        self._directory = directory
        self._sessions = sessions
        self._invitations = invitations
        self._outbox = outbox

    def start(self, client: Client, answers: Mapping[str, str]) -> SignUp:
        """Begin an attempt with what a form says so far.

        Raises: ClerkError: a taken address, or a password of the wrong length (422).
        """
        id_ = f"sua_local_{secrets.token_hex(12)}"
        empty = SignUp(id_, "", "", "", "", self._sessions.now_ms() + _ATTEMPT_LIFE_MS)
        return self.go_on(client, empty, answers)

    def finish(self, client: Client, answers: Mapping[str, str]) -> SignUp:
        """Create an account whose address nobody verifies.

        Raises: ClerkError: a field is missing, taken or too short (422).
        """
        sign_up = self.start(client, {**answers, "ticket": ""})
        missing = missing_fields(sign_up)
        if missing:
            raise unprocessable(missing[0], "form_param_missing", f"{missing[0]} is missing.")
        return self._settled(client, replace(sign_up, is_verified=True))

    def under_way(self, client: Client, sign_up_id: str) -> SignUp:
        """Return a browser's attempt. Raises: ClerkError: it has no such one (404)."""
        sign_up = client.sign_up
        expired = sign_up is not None and sign_up.abandon_at <= self._sessions.now_ms()
        if sign_up is None or sign_up.id != sign_up_id or expired:
            raise not_found("The sign-up")
        return sign_up

    def go_on(self, client: Client, sign_up: SignUp, answers: Mapping[str, str]) -> SignUp:
        """Take further fields in; with all of them the account is made.

        Raises: ClerkError: a taken address, or a password of the wrong length (422), a ticket that
            is unknown or spent (400).
        """
        if answers.get("ticket"):
            sign_up = self._with_ticket(sign_up, answers["ticket"])
        elif answers.get("email_address") and not sign_up.invitation_id:
            sign_up = self._with_address(sign_up, answers["email_address"])
        if answers.get("password"):
            sign_up = replace(sign_up, password=hashed(_checked_password(answers["password"])))
        names = {name: answers[name] for name in ("first_name", "last_name") if name in answers}
        return self._settled(client, replace(sign_up, **names))

    def send_code(self, client: Client, sign_up: SignUp) -> SignUp:
        """Write the mail with a new code."""
        is_test = _TEST_ADDRESS in sign_up.email
        code = _TEST_CODE if is_test else f"{secrets.randbelow(10**6):06}"
        if not is_test:
            text = "Type this code where you sign up. It lasts ten minutes."
            self._outbox.write(sign_up.email, "Your verification code", text, code)
        expire_at = self._sessions.now_ms() + _CODE_LIFE_MS
        sent = replace(sign_up, code=code, code_expire_at=expire_at)
        return self._sessions.keep_sign_up(client, sent)

    def check_code(self, client: Client, sign_up: SignUp, code: str) -> SignUp:
        """Take the code of the mail; with it the address is verified.

        Raises: ClerkError: another code, or one that has expired (422).
        """
        if not sign_up.code or sign_up.code_expire_at <= self._sessions.now_ms():
            message = "The code has expired. Ask for a new one."
            raise unprocessable("code", "verification_expired", message)
        if not secrets.compare_digest(sign_up.code.encode(), code.encode()):
            raise unprocessable("code", "form_code_incorrect", "Incorrect code")
        return self._settled(client, replace(sign_up, is_verified=True))

    def _with_address(self, sign_up: SignUp, email: str) -> SignUp:
        address = self._directory.free_address(email)
        if address.lower() == sign_up.email.lower():
            return sign_up
        return replace(sign_up, email=address, code="", is_verified=False)

    def _with_ticket(self, sign_up: SignUp, ticket: str) -> SignUp:
        invitation = self._invitations.by_ticket(ticket)
        if invitation is None:
            raise ClerkError(400, "ticket_invalid_code", "The ticket is invalid.", "ticket")
        # The mail has reached whoever holds its ticket.
        email = self._directory.free_address(invitation.email)
        return replace(sign_up, email=email, is_verified=True, invitation_id=invitation.id)

    def _settled(self, client: Client, sign_up: SignUp) -> SignUp:
        if missing_fields(sign_up) or not sign_up.is_verified:
            return self._sessions.keep_sign_up(client, sign_up)
        user = self._new_user(sign_up)
        organization_id = self._joined(sign_up, user)
        session = self._sessions.replace_session(client, user.id, organization_id)
        return replace(sign_up, user_id=user.id, session_id=session.id)

    def _new_user(self, sign_up: SignUp) -> User:
        if sign_up.invitation_id:
            self._invitations.require_open(self._invitations.called(sign_up.invitation_id))
        return self._directory.create_user(
            sign_up.email,
            sign_up.password,
            sign_up.first_name,
            sign_up.last_name,
            self._sessions.now_ms(),
        )

    def _joined(self, sign_up: SignUp, user: User) -> str | None:
        if not sign_up.invitation_id:
            return None
        invitation = self._invitations.called(sign_up.invitation_id)
        return self._invitations.accept(invitation, user).organization_id


def _checked_password(password: str) -> str:
    shortest, longest = PASSWORD_LENGTH
    if len(password) < shortest:
        message = f"Passwords must be {shortest} characters or more."
        raise unprocessable("password", "form_password_length_too_short", message)
    if len(password.encode()) > longest:
        message = f"Passwords must be less than {longest} bytes."
        raise unprocessable("password", "form_password_size_in_bytes_exceeded", message)
    return password
