"""The blueprint: every route of the product, for this app or for one that exists already."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from roost.flask.caller import is_in_shell, keep_private
from roost.flask.docs import docs
from roost.flask.pages import make_pages
from roost.flask.refusals import answer_http_error
from roost.flask.routes import api
from roost.http.browser import security_headers
from roost.http.cross_origin import FILE_HEADERS
from roost.http.pages import content_security_policy
from roost.project import Project

# What Flask calls the routes of the dashboard's files, the app's own and the library's.
_FILES = {"roost.pages.static", "roost.pages.library.static"}


def make_blueprint(project: Project) -> Blueprint:
    """Make the blueprint of a project; its pages are there if the project has a dashboard."""
    analytics = Blueprint("roost", __name__)
    analytics.register_blueprint(api)
    analytics.register_blueprint(docs)
    if project.dashboard is not None:
        analytics.register_blueprint(make_pages(project, project.dashboard))
    analytics.register_error_handler(RequestEntityTooLarge, answer_http_error)
    settings = project.settings
    headers = security_headers(content_security_policy(settings), is_https=settings.is_https)

    @analytics.after_request
    def protect(response: Response) -> Response:
        # In an app without the shell, which adds the same.
        if is_in_shell():
            return response
        public = FILE_HEADERS if request.endpoint in _FILES else {}
        for name, value in {**headers, **public}.items():
            response.headers.setdefault(name, value)
        return keep_private(response)

    return analytics
