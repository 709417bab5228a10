"""What a server serves: the app that `[tool.roost] app` names, over ASGI."""

from __future__ import annotations

from roost.environment import SettingsInvalid
from roost.policy.access import PolicyInvalid
from roost.policy.catalog import CatalogMissing
from roost.policy.product import ProductInvalid
from roost.project import Project, ProjectUnknown, find_target, load_app

_USER_ERRORS = (SettingsInvalid, PolicyInvalid, ProductInvalid, CatalogMissing, ProjectUnknown)


def __getattr__(name: str) -> object:
    # Made when asked for: a command that only names this module imports no framework.
    if name != "app":
        raise AttributeError(name)
    try:
        return _over_asgi(load_app(find_target()))
    except _USER_ERRORS as error:
        raise SystemExit(str(error)) from None


def _over_asgi(app: object) -> object:
    if isinstance(app, Project):
        raise ProjectUnknown("[tool.roost] app names no app: serve yours as you always do.")
    # Flask keeps extensions by name; a Django project's WSGI application is the library's own.
    project = getattr(app, "extensions", {}).get("roost")
    if project is not None:
        return project.over_asgi(app)
    over_asgi = getattr(app, "over_asgi", None)
    return app if over_asgi is None else over_asgi()
