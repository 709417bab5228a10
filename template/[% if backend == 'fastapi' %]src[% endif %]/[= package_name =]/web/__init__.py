"""The FastAPI room: `app` is what the server serves, made from the environment."""

from __future__ import annotations

from fastapi import FastAPI
from roost.policy.access import PolicyInvalid
from roost.settings import SettingsInvalid, load_settings

from .factory import build_app

# What of this module is served.
SERVED = "app"


def __getattr__(name: str) -> FastAPI:
    # Made when asked for, so that tests import the room without an environment.
    if name != "app":
        raise AttributeError(name)
    try:
        return build_app(load_settings())
    except (SettingsInvalid, PolicyInvalid) as error:
        raise SystemExit(str(error)) from None
