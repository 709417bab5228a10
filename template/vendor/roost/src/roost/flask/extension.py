"""The product in a Flask app: all of it, or under a prefix of somebody's own."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import HTTPException

from roost.errors import AppError
from roost.flask.blueprint import make_blueprint
from roost.flask.caller import EXTENSION, IN_SHELL, offer_caller
from roost.flask.refusals import answer_http_error, answer_refusal
from roost.http.wsgi import Shell
from roost.project import BlockingProject


class Roost(BlockingProject):
    """One app's analytics: `init_app` makes an app of it, or puts it under a prefix.

    It gives every view of the app `g.clerk`, a `Caller`, and answers the library's refusals.
    """

    def init_app(self, app: Flask, url_prefix: str | None = None) -> None:
        """Set an app up; those of its `before_request` functions that come later have `g.clerk`.

        Without a prefix the app becomes the product: the shell checks every request and adds the
        headers. With one the app keeps its own error handlers and whatever stands around it.
        Args: url_prefix: such as `/analytics`.
        Raises: SettingsInvalid, PolicyInvalid, ProductInvalid.
        """
        app.extensions[EXTENSION] = self
        app.config[IN_SHELL] = url_prefix is None
        app.before_request(offer_caller)
        app.register_error_handler(AppError, answer_refusal)
        if url_prefix is None:
            self._make_product(app)
        app.register_blueprint(make_blueprint(self), url_prefix=url_prefix)

    def _make_product(self, app: Flask) -> None:
        # The shell reports what nobody expected; Flask's own logger would write its message.
        app.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
        # `//api/me` is nothing, and no redirect.
        app.url_map.merge_slashes = False
        app.register_error_handler(HTTPException, answer_http_error)
        app.wsgi_app = Shell(app.wsgi_app, self.settings)
