"""The JSON of a browser, and of its attempts to sign in and to sign up.

Observed with @clerk/clerk-js 6.40.0 and @clerk/ui 1.36.0; times are milliseconds.
"""

from __future__ import annotations

from .instance import Instance
from .records import Client, SignIn, SignUp
from .shapes import NO_IMAGE, Json, session_shape
from .sign_ups import missing_fields


def client_shape(instance: Instance, client: Client, azp: str | None) -> Json:
    """Return a browser with its sessions, each with a token that matches its organization."""
    sessions = instance.sessions.live_sessions(client)
    return {
        "object": "client",
        "id": client.id,
        "sessions": [session_shape(instance, one, azp) for one in sessions],
        "sign_in": sign_in_shape(instance, client.sign_in) if client.sign_in else None,
        "sign_up": sign_up_shape(client.sign_up) if client.sign_up else None,
        "last_active_session_id": client.last_active_session_id,
        "cookie_expires_at": None,
        "captcha_bypass": True,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }


def sign_in_shape(instance: Instance, sign_in: SignIn) -> Json:
    """Return an attempt to sign in."""
    user = instance.directory.user(sign_in.user_id)
    return {
        "object": "sign_in",
        "id": sign_in.id,
        "status": sign_in.status,
        "identifier": sign_in.identifier,
        "supported_identifiers": ["email_address"],
        "supported_first_factors": [{"strategy": "password"}],
        "supported_second_factors": None,
        "first_factor_verification": None,
        "second_factor_verification": None,
        "user_data": {"first_name": user.first_name, "last_name": user.last_name, **NO_IMAGE},
        "created_session_id": sign_in.session_id,
        "abandon_at": instance.sessions.now_ms() + 24 * 3600 * 1000,
    }


def sign_up_shape(sign_up: SignUp) -> Json:
    """Return an attempt to create an account."""
    unverified = [] if sign_up.is_verified or not sign_up.email else ["email_address"]
    return {
        "object": "sign_up_attempt",
        "id": sign_up.id,
        "status": "complete" if sign_up.session_id else "missing_requirements",
        "required_fields": ["email_address", "password"],
        "optional_fields": ["first_name", "last_name"],
        "missing_fields": missing_fields(sign_up),
        "unverified_fields": unverified,
        "verifications": {
            "email_address": _verification_shape(sign_up),
            "phone_number": None,
            "web3_wallet": None,
            "external_account": None,
        },
        "username": None,
        "phone_number": None,
        "web3_wallet": None,
        "email_address": sign_up.email or None,
        "first_name": sign_up.first_name or None,
        "last_name": sign_up.last_name or None,
        "has_password": bool(sign_up.password),
        "unsafe_metadata": {},
        "external_account": None,
        "created_session_id": sign_up.session_id,
        "created_user_id": sign_up.user_id,
        "abandon_at": sign_up.abandon_at,
        "legal_accepted_at": None,
        "locale": None,
    }


def _verification_shape(sign_up: SignUp) -> Json:
    next_action = "needs_attempt" if sign_up.code else "needs_prepare"
    # ClerkJS has the mail sent while there is no strategy yet.
    by_mail = "email_code" if sign_up.code else None
    return {
        "object": "verification",
        "status": "verified" if sign_up.is_verified else "unverified",
        "strategy": "ticket" if sign_up.invitation_id else by_mail,
        "attempts": 0,
        "expire_at": sign_up.code_expire_at or None,
        "next_action": "" if sign_up.is_verified else next_action,
        "supported_strategies": ["email_code"],
    }
