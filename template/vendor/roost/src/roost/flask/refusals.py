"""The one translation of errors into answers."""

from __future__ import annotations

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.flask.caller import project_of
from roost.http.missing import Asked


def answer_refusal(error: AppError) -> Response:
    """Answer a refusal of the core."""
    return Response(encode_problem(error), error.status, error.headers, content_type=PROBLEM_TYPE)


def answer_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error of Flask's own."""
    refusal = http_error(error.code or 500, dict(error.get_headers()))
    asked = Asked(request.script_root, request.path, request.headers.get("Accept"))
    body, media_type = project_of(current_app).encode_refusal(refusal, asked)
    return Response(body, refusal.status, refusal.headers, content_type=media_type)
