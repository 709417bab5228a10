"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from jinja2 import Environment, FileSystemLoader

from ..assembly import PACKAGE
from .extension import current_clerk, request_head

_DASHBOARD = PACKAGE / "dashboard"

pages = Blueprint("pages", __name__, static_folder=_DASHBOARD / "static")
# Not the blueprint's template folder: the `base.html` of an app around it would come first.
_templates = Environment(loader=FileSystemLoader(_DASHBOARD / "templates"), autoescape=True)


@pages.get("/")
def dashboard() -> str:
    """Show the dashboard."""
    return _page("dashboard.html")


@pages.get("/sign-in")
def sign_in() -> str:
    """Show Clerk's sign-in."""
    return _page("sign_in.html")


@pages.get("/sign-up")
def sign_up() -> str:
    """Show Clerk's sign-up."""
    return _page("sign_up.html")


def _page(template: str) -> str:
    root = url_for(".dashboard").rstrip("/")
    context = current_clerk().services.page(request_head(), root)
    return render_template(_templates.get_template(template), **context)
