"""The JSON of invitations: as an organization lists them, and as the one who is invited does."""

from __future__ import annotations

from .directory import Directory
from .records import Invitation
from .shapes import NO_IMAGE, Json


def invitation_shape(directory: Directory, invitation: Invitation) -> Json:
    """Return an invitation; its ticket stands in the mail alone."""
    return {
        "object": "organization_invitation",
        "id": invitation.id,
        "organization_id": invitation.organization_id,
        "email_address": invitation.email,
        "role": invitation.role_key,
        "role_name": directory.require_role(invitation.role_key).name,
        "status": invitation.status,
        "public_metadata": {},
        "private_metadata": {},
        "expires_at": invitation.expire_at,
        "created_at": invitation.created_at,
        "updated_at": invitation.updated_at,
    }


def user_invitation_shape(directory: Directory, invitation: Invitation) -> Json:
    """Return an invitation with what somebody who is no member yet sees of the organization."""
    organization = directory.organization(invitation.organization_id)
    return {
        **invitation_shape(directory, invitation),
        "public_organization_data": {
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            **NO_IMAGE,
        },
    }
