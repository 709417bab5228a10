"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, render_template, url_for
from jinja2 import Environment, FileSystemLoader

from roost.flask.caller import request_head, services


def make_pages(folder: Path) -> Blueprint:
    """Make the blueprint of the pages in a folder with `templates/` and `static/`."""
    pages = Blueprint("pages", __name__, static_folder=folder / "static")
    # Not the blueprint's template folder: the `base.html` of an app around it would come first.
    engine = Environment(loader=FileSystemLoader(folder / "templates"), autoescape=True)

    def page(template: str) -> str:
        root = url_for("roost.pages.dashboard").rstrip("/")
        return render_template(
            engine.get_template(template), **services().page(request_head(), root)
        )

    @pages.get("/")
    def dashboard() -> str:
        """Show the dashboard."""
        return page("dashboard.html")

    @pages.get("/sign-in")
    def sign_in() -> str:
        """Show Clerk's sign-in."""
        return page("sign_in.html")

    @pages.get("/sign-up")
    def sign_up() -> str:
        """Show Clerk's sign-up."""
        return page("sign_up.html")

    @pages.get("/public")
    def public() -> str:
        """Show what everybody may read."""
        return page("public.html")

    return pages
