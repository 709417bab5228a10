"""The Django room: `app` is what the server serves, made from the environment."""

from __future__ import annotations

from ..core.access import PolicyInvalid
from ..core.wsgi import Shell
from ..settings import SettingsInvalid, load_settings
from .factory import build_app

INTERFACE = "wsgi"


def __getattr__(name: str) -> Shell:
    # Made when asked for, so that a project that has this app among its own may import the room.
    if name != "app":
        raise AttributeError(name)
    try:
        return build_app(load_settings())
    except (SettingsInvalid, PolicyInvalid) as error:
        raise SystemExit(str(error)) from None
