"""The JSON of Clerk's resources, complete enough for every component of ClerkJS.

Observed with @clerk/clerk-js 6.40.0 and @clerk/ui 1.36.0; times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from .directory import Directory
from .instance import Instance
from .records import (
    DEMO_CREATED_AT,
    Membership,
    Organization,
    Role,
    Session,
    Ticket,
    User,
)

Json = dict[str, object]
NO_IMAGE: Json = {"image_url": "", "has_image": False}


def page_shape(rows: Sequence[Json], limit: int, offset: int) -> Json:
    """Return one page of a list with the count of all its rows."""
    return {"data": list(rows[offset : offset + limit]), "total_count": len(rows)}


def session_shape(instance: Instance, session: Session, azp: str | None) -> Json:
    """Return a session with a fresh token."""
    sessions = instance.sessions
    user = instance.directory.user(session.user_id)
    organization_id = sessions.active_organization_id(session)
    pending = sessions.is_pending(session)
    jwt = instance.session_token(session, organization_id, azp)
    return {
        **bare_session_shape(session, "pending" if pending else "active", organization_id),
        "tasks": [{"key": "choose-organization"}] if pending else None,
        "factor_verification_age": [(sessions.now_ms() - session.created_at) // 60_000, -1],
        "last_active_token": {"object": "token", "jwt": jwt},
        "user": user_shape(instance.directory, user),
        "public_user_data": public_user_data(user),
    }


def bare_session_shape(session: Session, status: str, organization_id: str | None) -> Json:
    """Return a session as the Backend API shows it: no user, no token."""
    return {
        "object": "session",
        "id": session.id,
        "status": status,
        "client_id": session.client_id,
        "user_id": session.user_id,
        "last_active_organization_id": organization_id,
        "last_active_at": session.updated_at,
        "expire_at": session.expire_at,
        "abandon_at": session.expire_at,
        "actor": None,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
    }


def active_session_shape(session: Session) -> Json:
    """Return a session as the user profile lists it."""
    activity = {
        "object": "session_activity",
        "id": f"sess_activity_{session.id}",
        "browser_name": "This machine",
        "ip_address": "127.0.0.1",
        "is_mobile": False,
    }
    bare = bare_session_shape(session, "active", session.active_organization_id)
    return {**bare, "latest_activity": activity}


def public_user_data(user: User) -> Json:
    """Return what other members of an organization see of a user."""
    return {
        "user_id": user.id,
        "identifier": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        **NO_IMAGE,
    }


def user_shape(directory: Directory, user: User) -> Json:
    """Return a user with their memberships."""
    memberships = directory.memberships_of(user.id)
    return {
        **bare_user_shape(user),
        "organization_memberships": [membership_shape(directory, one) for one in memberships],
    }


def bare_user_shape(user: User) -> Json:
    """Return a user as the Backend API shows them."""
    lists = ("phone_numbers", "web3_wallets", "passkeys", "external_accounts")
    more = ("enterprise_accounts", "saml_accounts")
    return {
        "object": "user",
        "id": user.id,
        "username": None,
        "first_name": user.first_name,
        "last_name": user.last_name,
        **NO_IMAGE,
        "primary_email_address_id": _email_id(user),
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "email_addresses": [_email_shape(user)],
        **{name: [] for name in (*lists, *more)},
        "password_enabled": True,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "delete_self_enabled": False,
        "create_organization_enabled": True,
        "public_metadata": {},
        "unsafe_metadata": {},
        "external_id": None,
        "banned": False,
        "locked": False,
        "last_sign_in_at": None,
        "created_at": user.created_at,
        "updated_at": user.created_at,
    }


def organization_shape(directory: Directory, organization: Organization) -> Json:
    """Return an organization."""
    return {
        "object": "organization",
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        **NO_IMAGE,
        "members_count": len(directory.members_of(organization.id)),
        "pending_invitations_count": len(directory.pending_invitations(organization.id)),
        "max_allowed_memberships": 5,
        "admin_delete_enabled": False,
        "created_by": organization.created_by,
        "public_metadata": {},
        "created_at": organization.created_at,
        "updated_at": organization.created_at,
    }


def membership_shape(directory: Directory, membership: Membership) -> Json:
    """Return a membership with its organization, user and permissions."""
    role = directory.role_of(membership)
    organization = directory.organization(membership.organization_id)
    return {
        "object": "organization_membership",
        "id": membership.id,
        "role": role.key,
        "role_name": role.name,
        "permissions": [*role.permissions, *role.system_permissions],
        "organization": organization_shape(directory, organization),
        "public_user_data": public_user_data(directory.user(membership.user_id)),
        "public_metadata": {},
        "created_at": membership.created_at,
        "updated_at": membership.created_at,
    }


def role_shape(role: Role) -> Json:
    """Return a role as the organization profile lists it."""
    return {
        "object": "role",
        "id": f"role_local_{role.key}",
        "key": role.key,
        "name": role.name,
        "description": "",
        "permissions": [],
        "created_at": DEMO_CREATED_AT,
        "updated_at": DEMO_CREATED_AT,
    }


def ticket_shape(ticket: Ticket) -> Json:
    """Return a ticket as the Backend API shows it once, with its token."""
    return {
        "object": "sign_in_token",
        "id": ticket.id,
        "user_id": ticket.user_id,
        "token": ticket.token,
        "status": "accepted" if ticket.used else "pending",
        "url": None,
        "created_at": ticket.created_at,
        "updated_at": ticket.created_at,
    }


def _email_id(user: User) -> str:
    return f"idn_{user.id.removeprefix('user_')}"


def _email_shape(user: User) -> Json:
    return {
        "object": "email_address",
        "id": _email_id(user),
        "email_address": user.email,
        "reserved": False,
        "verification": {"object": "verification", "status": "verified", "strategy": "admin"},
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": user.created_at,
        "updated_at": user.created_at,
    }
