"""The one translation of errors into answers."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error


def answer_refusal(error: AppError) -> Response:
    """Answer a refusal of the core."""
    return Response(encode_problem(error), error.status, error.headers, content_type=PROBLEM_TYPE)


def answer_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error of Flask's own."""
    return answer_refusal(http_error(error.code or 500, dict(error.get_headers())))
