"""Users, organizations and memberships: the demo file and what has changed since."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from .demo import Demo
from .errors import ClerkError, not_found, unprocessable
from .records import Invitation, Membership, Organization, Role, User
from .store import Store


class Directory:
    """Who exists, who belongs where, and under which role."""

    def __init__(self, demo: Demo, store: Store) -> None:
        self.demo = demo
        self._store = store
        self._roles = {role.key: role for role in demo.roles}
        self._demo_ids = {one.id for one in (*demo.organizations, *demo.memberships)}

    def users(self) -> list[User]:
        """Return every user, the demo's first."""
        return [*self.demo.users, *self._store.state.users.values()]

    def user(self, user_id: str) -> User:
        """Return one user. Raises: ClerkError: unknown (404)."""
        for user in self.users():
            if user.id == user_id:
                return user
        raise not_found(f"The user {user_id}")

    def create_user(
        self, email: str, password_hash: str, first_name: str, last_name: str, now_ms: int
    ) -> User:
        """Create a user. Raises: ClerkError: no address, or one that is taken (422)."""
        user_id = f"user_local_{secrets.token_hex(12)}"
        address = self.free_address(email)
        fresh = User(user_id, address, password_hash, first_name, last_name, now_ms)
        self._store.state.users[fresh.id] = fresh
        self._store.save()
        return fresh

    def free_address(self, email: str) -> str:
        """Return an e-mail address without spaces around it.

        Raises: ClerkError: it is none, or somebody has it (422).
        """
        if not is_address(email.strip()):
            message = "A user needs an e-mail address."
            raise unprocessable("email_address", "form_param_format_invalid", message)
        if self.user_by_email(email):
            message = "That e-mail address is taken. Please try another."
            raise unprocessable("email_address", "form_identifier_exists", message)
        return email.strip()

    def user_by_email(self, email: str) -> User | None:
        """Return the user of an e-mail address, whatever its case."""
        wanted = email.strip().lower()
        return next((user for user in self.users() if user.email.lower() == wanted), None)

    def organizations(self) -> list[Organization]:
        """Return every organization that has not been deleted, the demo's first."""
        state = self._store.state
        every = [*self.demo.organizations, *state.organizations.values()]
        return [one for one in every if one.id not in state.deleted]

    def organization(self, organization_id: str) -> Organization:
        """Return one organization. Raises: ClerkError: unknown or deleted (404)."""
        for one in self.organizations():
            if one.id == organization_id:
                return one
        raise not_found(f"The organization {organization_id}")

    def memberships_of(self, user_id: str) -> list[Membership]:
        """Return the memberships of a user; the first one is active after signing in."""
        return [one for one in self._memberships() if one.user_id == user_id]

    def members_of(self, organization_id: str) -> list[Membership]:
        """Return the memberships of an organization."""
        return [one for one in self._memberships() if one.organization_id == organization_id]

    def membership(self, user_id: str, organization_id: str) -> Membership | None:
        """Return how a user belongs to an organization, None when they do not."""
        mine = self.memberships_of(user_id)
        return next((one for one in mine if one.organization_id == organization_id), None)

    def require_membership(self, user_id: str, organization_id: str) -> Membership:
        """Return a membership. Raises: ClerkError: the user is not in that organization (404)."""
        membership = self.membership(user_id, organization_id)
        if membership is None:
            raise ClerkError(
                404,
                "organization_not_found_or_unauthorized",
                "The organization was not found, or the user does not belong to it.",
            )
        return membership

    def roles(self) -> tuple[Role, ...]:
        """Return the roles, in the demo file's order."""
        return self.demo.roles

    def role_of(self, membership: Membership) -> Role:
        """Return the role of a membership, with its permissions."""
        return self._roles[membership.role_key]

    def create_organization(
        self, user: User, name: str, slug: str | None, now_ms: int
    ) -> Organization:
        """Create an organization, its creator the first member.

        Raises: ClerkError: an empty name, or a slug that is malformed or taken (422).
        """
        fresh = Organization(
            id=f"org_local_{secrets.token_hex(12)}",
            name=_checked_name(name),
            slug=self._free_slug(slug, name),
            created_at=now_ms,
            created_by=user.id,
        )
        first = Membership(user.id, fresh.id, self.demo.creator_role, now_ms)
        self._store.state.organizations[fresh.id] = fresh
        self._store.state.memberships[first.id] = first
        self._store.save()
        return fresh

    def delete_organization(self, organization_id: str) -> Organization:
        """Delete an organization with its memberships. Raises: ClerkError: unknown (404)."""
        organization = self.organization(organization_id)
        for membership in self.members_of(organization_id):
            self._forget(membership.id)
        self._forget(organization_id)
        self._store.save()
        return organization

    def pending_invitations(self, organization_id: str) -> list[Invitation]:
        """Return the invitations into an organization that nobody has taken yet."""
        every = self._store.state.invitations.values()
        mine = [one for one in every if one.organization_id == organization_id]
        return [one for one in mine if one.status == "pending"]

    def require_role(self, role_key: str) -> Role:
        """Return a role. Raises: ClerkError: there is none of that key (404)."""
        if role_key not in self._roles:
            raise not_found(f"The role {role_key}")
        return self._roles[role_key]

    def add_member(
        self, user: User, organization_id: str, role_key: str, now_ms: int
    ) -> Membership:
        """Take a user into an organization, who keeps the role of a membership there is."""
        found = self.membership(user.id, organization_id)
        if found is not None:
            return found
        fresh = Membership(user.id, organization_id, role_key, now_ms)
        self._store.state.deleted.discard(fresh.id)
        self._store.state.memberships[fresh.id] = fresh
        self._store.save()
        return fresh

    def change_role(self, membership: Membership, role_key: str) -> Membership:
        """Give a member another role. Raises: ClerkError: an unknown role (404)."""
        changed = replace(membership, role_key=self.require_role(role_key).key)
        self._store.state.memberships[changed.id] = changed
        self._store.save()
        return changed

    def delete_membership(self, membership: Membership) -> None:
        """Take a user out of an organization."""
        self._forget(membership.id)
        self._store.save()

    def _memberships(self) -> list[Membership]:
        state = self._store.state
        every = {one.id: one for one in self.demo.memberships} | state.memberships
        existing = {one.id for one in self.organizations()}
        return [
            one
            for one in every.values()
            if one.id not in state.deleted and one.organization_id in existing
        ]

    def _forget(self, record_id: str) -> None:
        state = self._store.state
        state.organizations.pop(record_id, None)
        state.memberships.pop(record_id, None)
        if record_id in self._demo_ids:
            state.deleted.add(record_id)

    def _free_slug(self, slug: str | None, name: str) -> str:
        taken = {one.slug for one in self.organizations()}
        if not slug:
            base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organization"
            return base if base not in taken else f"{base}-{secrets.token_hex(3)}"
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", slug):
            message = "A slug has lower-case letters, digits and hyphens only."
            raise unprocessable("slug", "form_param_format_invalid", message)
        if slug in taken:
            raise unprocessable("slug", "form_identifier_exists", "That slug is taken.")
        return slug


def is_address(text: str) -> bool:
    """Tell whether a text can be an e-mail address."""
    return re.fullmatch(r"[^\s@<>]{1,64}@[^\s@<>]{1,253}", text) is not None


def _checked_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 256:
        message = "An organization needs a name of at most 256 characters."
        raise unprocessable("name", "form_param_format_invalid", message)
    return name.strip()
