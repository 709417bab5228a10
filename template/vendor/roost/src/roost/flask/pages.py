"""The HTML shells: public pages whose data block holds a token only for a valid session."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, request, url_for
from jinja2 import Environment, FileSystemLoader

from roost.dashboard import SERVED_AT, STATIC, template_folders
from roost.dashboard.pages import is_hashed
from roost.flask.caller import request_head, services
from roost.guests.page import EMBED_PATH
from roost.http.browser import FOR_EVER
from roost.project import Project


def make_pages(project: Project, folder: Path) -> Blueprint:
    """Make the blueprint of the pages of an app's `dashboard/`, a folder, and of their files."""
    pages = Blueprint("pages", __name__, static_folder=folder / "static")
    library = Blueprint("library", __name__, static_folder=STATIC, static_url_path=SERVED_AT)
    pages.register_blueprint(library)
    # Not the blueprint's template folder: the templates of an app around it would come first.
    engine = Environment(loader=FileSystemLoader(template_folders(folder)), autoescape=True)
    # As Django's engine does: a page is the same in every backend.
    engine.keep_trailing_newline = True

    def root() -> str:
        return url_for("roost.pages.dashboard").rstrip("/")

    def page(name: str) -> str:
        blocking, shown = services(), project.pages
        variables = blocking.page(request_head(), root())
        files = shown.files(name, blocking.core.settings.frontend_mode)
        return render_template(engine.get_template(shown.template(name)), **variables, **files)

    @pages.after_request
    def keep_hashed(response: Response) -> Response:
        name = (request.view_args or {}).get("filename", "")
        if is_hashed(name) and response.status_code < 400:
            response.headers["Cache-Control"] = FOR_EVER
        return response

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

    @pages.get(f"{EMBED_PATH}/<chart>")
    def embed(chart: str) -> Response:
        """Show a chart in a frame, to a guest."""
        query, referer = request.query_string.decode(errors="replace"), request.referrer
        answer = services().core.guests.answer(chart, query, referer, root())
        return Response(answer.body, answer.status, answer.headers)

    return pages
