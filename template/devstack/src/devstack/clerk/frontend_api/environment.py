"""What ClerkJS asks for first: how this instance lets people sign in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..instance import Instance
from ..shapes import Json
from .caller import caller_of


async def environment(request: Request) -> JSONResponse:
    """Describe the instance: e-mail with password, organizations, no sign-up."""
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
            "sign_up": {"mode": "restricted", "captcha_enabled": False},
            "actions": {"create_organization": True, "delete_self": False},
        },
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
