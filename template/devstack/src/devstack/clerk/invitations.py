"""Invitations into an organization: a mail with a link, and what becomes of it.

Source: https://clerk.com/docs/guides/organizations/add-members/invitations
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from .directory import Directory, is_address
from .errors import ClerkError, not_found, unprocessable
from .outbox import Outbox
from .records import Invitation, Organization, User
from .store import Store

_LIFE_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom somebody asks in, under which role, and where the link leads.

    `origin`: of the app; `redirect_url`: the page there, None for its page to sign in or up.
    """

    email: str
    role_key: str
    origin: str
    redirect_url: str | None = None


class Invitations:
    """Every invitation of one data directory. `url`: where the local Clerk answers."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        outbox: Outbox,
        url: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._directory = directory
        self._outbox = outbox
        self._url = url
        self._now_ms = now_ms

    def invite(self, organization: Organization, invited: Invited) -> Invitation:
        """Invite somebody and write the mail.

        Raises: ClerkError: no address (422), an unknown role (404), a member or somebody who is
            invited already (400).
        """
        email = invited.email.strip()
        self._refuse(organization, email)
        role = self._directory.require_role(invited.role_key)
        now = self._now_ms()
        fresh = Invitation(
            id=f"orginv_local_{secrets.token_hex(12)}",
            organization_id=organization.id,
            email=email,
            role_key=role.key,
            ticket=f"ticket_local_{secrets.token_hex(24)}",
            origin=invited.origin,
            redirect_url=invited.redirect_url,
            created_at=now,
            updated_at=now,
            expire_at=now + _LIFE_MS,
        )
        self._keep(fresh)
        self._outbox.write(
            to=email,
            subject=f"You are invited to {organization.name}",
            text=f"Join {organization.name} as {role.name}. The link lasts 30 days.",
            action=f"{self._url}/v1/tickets/accept?ticket={fresh.ticket}",
        )
        return fresh

    def invite_all(self, organization: Organization, every: list[Invited]) -> list[Invitation]:
        """Invite several people, or nobody where one of them is refused.

        Raises: ClerkError: as `invite`.
        """
        for invited in every:
            self._refuse(organization, invited.email.strip())
        return [self.invite(organization, invited) for invited in every]

    def of_organization(self, organization_id: str) -> list[Invitation]:
        """Return the invitations into an organization, the newest first."""
        every = self._existing()
        return [one for one in every if one.organization_id == organization_id][::-1]

    def of_user(self, user: User) -> list[Invitation]:
        """Return the invitations that a user's address has got, the newest first."""
        mine = [one for one in self._existing() if one.email.lower() == user.email.lower()]
        return mine[::-1]

    def called(self, invitation_id: str) -> Invitation:
        """Return one invitation. Raises: ClerkError: unknown (404)."""
        for one in self._existing():
            if one.id == invitation_id:
                return one
        raise not_found(f"The invitation {invitation_id}")

    def by_ticket(self, ticket: str) -> Invitation | None:
        """Return the invitation of a ticket, None where it is another kind of ticket.

        Raises: ClerkError: it is taken, revoked or has expired (400).
        """
        for one in self._existing():
            if secrets.compare_digest(one.ticket.encode(), ticket.encode()):
                self.require_open(one)
                return one
        return None

    def require_open(self, invitation: Invitation) -> None:
        """Raises: ClerkError: an invitation is taken, revoked or has expired (400)."""
        if invitation.status != "pending":
            message = f"The invitation has been {invitation.status} already."
            raise ClerkError(400, "organization_invitation_not_pending", message, "ticket")
        if invitation.expire_at <= self._now_ms():
            raise ClerkError(400, "ticket_expired_code", "The invitation has expired.", "ticket")

    def revoke(self, invitation: Invitation) -> Invitation:
        """Take an invitation back. Raises: ClerkError: it is not open any more (400)."""
        self.require_open(invitation)
        return self._keep(replace(invitation, status="revoked", updated_at=self._now_ms()))

    def accept(self, invitation: Invitation, user: User) -> Invitation:
        """Make a user a member by their invitation.

        Raises: ClerkError: it is another's (404), or not open any more (400).
        """
        if invitation.email.lower() != user.email.lower():
            raise not_found(f"The invitation {invitation.id}")
        self.require_open(invitation)
        now = self._now_ms()
        self._directory.add_member(user, invitation.organization_id, invitation.role_key, now)
        return self._keep(replace(invitation, status="accepted", updated_at=now))

    def _refuse(self, organization: Organization, email: str) -> None:
        if not is_address(email):
            message = f"{email or 'Nothing'} is no e-mail address."
            raise unprocessable("email_address", "form_param_format_invalid", message)
        user = self._directory.user_by_email(email)
        if user and self._directory.membership(user.id, organization.id):
            message = f"{email} is a member of {organization.name} already."
            raise ClerkError(400, "already_a_member_in_organization", message, "email_address")
        pending = self._directory.pending_invitations(organization.id)
        if any(one.email.lower() == email.lower() for one in pending):
            message = f"{email} is invited already."
            raise ClerkError(400, "duplicate_record", message, "email_address")

    def _existing(self) -> list[Invitation]:
        known = {one.id for one in self._directory.organizations()}
        every = self._store.state.invitations.values()
        return [one for one in every if one.organization_id in known]

    def _keep(self, invitation: Invitation) -> Invitation:
        self._store.state.invitations[invitation.id] = invitation
        self._store.save()
        return invitation
