"""The JSON API."""

from __future__ import annotations

import json
from dataclasses import fields
from urllib.parse import quote

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from roost.answers import EndpointsAnswer, EventsAnswer, Me, Status, TokenAnswer
from roost.django.apps import services
from roost.django.decorators import session_required, tenant_required
from roost.django.middleware import ClerkRequest
from roost.django.problems import require_method
from roost.errors import AppError
from roost.events.body import check_media
from roost.http.scripts import ScriptAnswer, module_answer

_ASCII = bytes(range(128))
# As every other backend writes them, byte for byte.
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@require_method("GET")
def healthz(request: HttpRequest) -> HttpResponse:
    """Tell that the process answers."""
    return _answer(Status())


@require_method("GET")
def readyz(request: HttpRequest) -> HttpResponse:
    """Tell whether Clerk's keys are known and Tinybird answers."""
    services().check_ready()
    return _answer(Status())


@require_method("GET")
@session_required
def me(request: ClerkRequest) -> HttpResponse:
    """Describe the session."""
    return _answer(request.clerk.me())


@require_method("GET")
@tenant_required
def tinybird_token(request: ClerkRequest) -> HttpResponse:
    """Mint a token that reads the tenant's rows from Tinybird."""
    return _answer(request.clerk.answer_token())


# A project's CsrfViewMiddleware would ask for a token of Django's that callers with a bearer token
# do not have. The core checks the Origin of every change that comes with Clerk's cookie.
@csrf_exempt
@require_method("POST")
@tenant_required
def events(request: ClerkRequest) -> HttpResponse:
    """Store events of the tenant: one object, an array, or NDJSON."""
    meta, tenant = request.META, request.clerk.tenant
    is_ndjson = check_media(meta.get("CONTENT_TYPE"), meta.get("HTTP_CONTENT_ENCODING"))
    services().core.ingestion.admit(tenant)
    return _answer(services().ingest(tenant, _body(request), is_ndjson=is_ndjson), status=202)


@require_method("GET")
@tenant_required
def endpoints(request: ClerkRequest) -> HttpResponse:
    """List the endpoints that the session may read."""
    return _answer(request.clerk.answer_endpoints())


@require_method("GET")
def analytics(request: ClerkRequest, endpoint: str) -> HttpResponse:
    """Read a granted endpoint; visitors read the public ones."""
    meta, sign_in = request.META, request.clerk.sign_in
    query, accept = _query_string(request), meta.get("HTTP_ACCEPT")
    answer = services().answer_read(sign_in, endpoint, query, accept, meta["REMOTE_ADDR"])
    return HttpResponse(answer.body, headers=answer.headers)


@require_method("GET")
def entry_script(request: HttpRequest) -> HttpResponse:
    """Serve the browser module's entry."""
    return _script(services().core.scripts.entry(request.META.get("HTTP_IF_NONE_MATCH")))


@require_method("GET")
def chart_script(request: HttpRequest) -> HttpResponse:
    """Serve the entry of the chart element."""
    return _script(services().core.scripts.chart_entry(request.META.get("HTTP_IF_NONE_MATCH")))


@require_method("GET")
def module_script(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Serve a file of the browser module."""
    return _script(module_answer(digest, name))


# Clerk has no cookie and no token of Django's: its signature decides.
@csrf_exempt
@require_method("POST")
def clerk_webhook(request: HttpRequest) -> HttpResponse:
    """Take in what Clerk tells of organizations, memberships and users."""
    header = request.headers.get
    services().core.webhooks.admit(header)
    return _answer(services().receive_webhook(header, _body(request)))


def nothing(request: HttpRequest, address: str) -> HttpResponse:
    """Answer for an address of the API where nothing is."""
    raise AppError("not-found")


def _answer(
    answer: EndpointsAnswer | EventsAnswer | Me | Status | TokenAnswer, status: int = 200
) -> HttpResponse:
    # Not `asdict`, which copies deeply first: these are flat, and asked for often.
    body = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return HttpResponse(_json.encode(body), content_type="application/json", status=status)


def _script(answer: ScriptAnswer) -> HttpResponse:
    response = HttpResponse(answer.body, headers=answer.headers, status=answer.status)
    if "Content-Type" not in answer.headers:
        del response["Content-Type"]
    return response


def _query_string(request: HttpRequest) -> str:
    # Bytes beyond ASCII come as Latin-1 by WSGI; by ASGI Django has decoded them already.
    encoding = "latin-1" if "wsgi.input" in request.META else "utf-8"
    return quote(request.META["QUERY_STRING"], safe=_ASCII, encoding=encoding)


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig as error:
        # The limit of a project that this app is part of; its own app has the shell's alone.
        raise AppError("body-too-large") from error
