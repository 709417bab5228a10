"""What ClerkJS asks for first: how this instance lets people sign in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..instance import Instance
from ..shapes import Json
from ..sign_ups import PASSWORD_LENGTH
from .caller import caller_of

_NEEDED = frozenset({"email_address", "password"})
_ENABLED = _NEEDED | {"first_name", "last_name"}
_OTHERS = ("phone_number", "username", "web3_wallet", "authenticator_app", "backup_code", "passkey")
_ATTRIBUTES = (*sorted(_ENABLED), *_OTHERS)


async def environment(request: Request) -> JSONResponse:
    """Describe the instance: e-mail with password, names if one likes, organizations."""
    return JSONResponse(environment_shape(caller_of(request).instance))


def environment_shape(instance: Instance) -> Json:
    """Return the environment; whatever it leaves out has a default in ClerkJS."""
    demo = instance.directory.demo
    return {
        "object": "environment",
        "id": "env_local",
        "auth_config": {"object": "auth_config", "id": "aconf_local", "single_session_mode": True},
        "maintenance_mode": False,
        "display_config": _display_config(instance.url, demo.name),
        "organization_settings": {
            "enabled": True,
            "force_organization_selection": not demo.personal_accounts,
            "max_allowed_memberships": 5,
            "actions": {"admin_delete": False},
            "domains": {"enabled": False, "enrollment_modes": [], "default_role": None},
            "slug": {"disabled": False},
            "creator_role": demo.creator_role,
        },
        "user_settings": {
            "attributes": {name: _attribute(name) for name in _ATTRIBUTES},
            "password_settings": {
                "min_length": PASSWORD_LENGTH[0],
                "max_length": PASSWORD_LENGTH[1],
                "show_zxcvbn": False,
                "disable_hibp": True,
            },
            "sign_up": {
                "mode": "public",
                "progressive": True,
                "allowlist_only": False,
                "captcha_enabled": False,
                "legal_consent_enabled": False,
                "mfa": {"required": False},
            },
            "actions": {"create_organization": True, "delete_self": False},
        },
    }


def _attribute(name: str) -> Json:
    is_email = name == "email_address"
    return {
        "enabled": name in _ENABLED,
        "required": name in _NEEDED,
        "used_for_first_factor": is_email,
        "first_factors": [],
        "used_for_second_factor": False,
        "second_factors": [],
        "verifications": ["email_code"] if is_email else [],
        "verify_at_sign_up": is_email,
    }


def _display_config(url: str, name: str) -> Json:
    return {
        "object": "display_config",
        "id": "display_config_local",
        "instance_environment_type": "development",
        "application_name": name,
        "branded": False,
        "theme": {},
        "preferred_sign_in_strategy": "password",
        "sign_in_url": f"{url}/sign-in",
        "sign_up_url": f"{url}/sign-up",
    }
