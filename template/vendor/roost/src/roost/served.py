"""What a server serves: the app that `[tool.roost] app` names, over ASGI."""

from __future__ import annotations

from roost.environment import SettingsInvalid
from roost.http import wsgi
from roost.policy.access import PolicyInvalid
from roost.policy.product import ProductInvalid
from roost.project import ProjectUnknown, find_target, load_app


def __getattr__(name: str) -> object:
    # Made when asked for: a command that only names this module imports no framework.
    if name != "app":
        raise AttributeError(name)
    try:
        return _over_asgi(load_app(find_target()))
    except (SettingsInvalid, PolicyInvalid, ProductInvalid, ProjectUnknown) as error:
        raise SystemExit(str(error)) from None


def _over_asgi(app: object) -> object:
    # Flask keeps extensions by name; a Django project's WSGI application is the library's own.
    project = getattr(app, "extensions", {}).get("roost")
    if project is not None:
        return project.over_asgi(app)
    return app.over_asgi() if isinstance(app, wsgi.Shell) else app
