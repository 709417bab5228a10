"""The Flask room: `asgi_app` is what the server serves, made from the environment.

`app` is the same for servers that know WSGI alone.
"""

from __future__ import annotations

from flask import Flask
from roost.http import asgi
from roost.policy.access import PolicyInvalid
from roost.settings import SettingsInvalid, load_settings

from .factory import build_app, build_asgi_app

# What of this module is served.
SERVED = "asgi_app"


def __getattr__(name: str) -> Flask | asgi.Shell:
    # Made when asked for, so that tests import the room without an environment.
    if name not in {"app", "asgi_app"}:
        raise AttributeError(name)
    try:
        return build_app(load_settings()) if name == "app" else build_asgi_app(load_settings())
    except (SettingsInvalid, PolicyInvalid) as error:
        raise SystemExit(str(error)) from None
