"""Refusals as problem documents: the core's own, and Django's 400, 403, 404 and 405."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from roost.django.apps import project
from roost.errors import PROBLEM_TYPE, AppError, encode_problem, http_error
from roost.http.browser import PRIVATE
from roost.http.missing import Asked

# Where a view's method is noted; `functools.wraps` passes it on.
_METHODS = "__roost_methods__"

_Request = TypeVar("_Request", bound=HttpRequest)
_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[_Request, _Arguments], HttpResponseBase]


def problem_response(error: AppError) -> HttpResponse:
    """Answer a refusal."""
    headers = {"Cache-Control": PRIVATE, **error.headers}
    return HttpResponse(
        encode_problem(error), content_type=PROBLEM_TYPE, status=error.status, headers=headers
    )


def require_method(
    method: str,
) -> Callable[[_View[_Request, _Arguments]], _View[_Request, _Arguments]]:
    """Make a decorator that refuses other methods with 405, and takes HEAD for GET.

    Unlike `require_http_methods` it answers with a problem document, and OPTIONS as any other.
    """
    taken = {method, "HEAD"} if method == "GET" else {method}

    def decorate(view: _View[_Request, _Arguments]) -> _View[_Request, _Arguments]:
        @wraps(view)
        def checked(
            request: _Request, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
        ) -> HttpResponseBase:
            if request.method not in taken:
                return problem_response(http_error(405, {"Allow": method}))
            return view(request, *args, **kwargs)

        setattr(checked, _METHODS, [method.lower()])
        return checked

    return decorate


def methods_of(view: object) -> list[str] | None:
    """Return the methods that `require_method` has noted on a view, in lower case."""
    return getattr(view, _METHODS, None)


# The handlers of a project that is the product. There is none for 500: unexpected errors go on
# to the shell.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django could not read."""
    return problem_response(http_error(400))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer `PermissionDenied`, which code of Django's raises."""
    return problem_response(AppError("access-denied"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address where nothing is."""
    refusal, meta = http_error(404), request.META
    asked = Asked(meta.get("SCRIPT_NAME", ""), request.path_info, meta.get("HTTP_ACCEPT"))
    body, media_type = project().encode_refusal(refusal, asked)
    headers = {"Cache-Control": PRIVATE}
    return HttpResponse(body, content_type=media_type, status=refusal.status, headers=headers)
