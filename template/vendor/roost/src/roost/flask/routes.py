"""The JSON API."""

from __future__ import annotations

import json
from dataclasses import fields

from flask import Blueprint, Response, g, request

from roost.answers import EndpointsAnswer, EventsAnswer, Me, Status, TokenAnswer
from roost.events.body import check_media
from roost.events.rows import MAX_RECEIVED_BYTES
from roost.flask.caller import services
from roost.flask.decorators import session_required, tenant_required
from roost.http.scripts import (
    CHART_PATH,
    ENTRY_PATH,
    MODULES_PATH,
    ScriptAnswer,
    module_answer,
)
from roost.webhooks.receiver import MAX_DELIVERY_BYTES

api = Blueprint("api", __name__)
# Not `jsonify`: an app's JSON provider may sort and escape, and these bytes are a contract.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@api.get("/healthz")
def healthz() -> Response:
    """Tell that the process answers."""
    return _json(Status())


@api.get("/readyz")
def readyz() -> Response:
    """Tell whether Clerk's keys are known and Tinybird answers."""
    services().check_ready()
    return _json(Status())


@api.get("/api/me")
@session_required
def me() -> Response:
    """Describe the session."""
    return _json(g.clerk.me())


@api.get("/api/tinybird/token")
@tenant_required
def tinybird_token() -> Response:
    """Mint a token that reads the tenant's rows from Tinybird."""
    return _json(g.clerk.answer_token())


@api.post("/api/events")
@tenant_required
def events() -> Response:
    """Store events of the tenant: one object, an array, or NDJSON."""
    blocking, tenant = services(), g.clerk.tenant
    is_ndjson = check_media(request.content_type, request.headers.get("Content-Encoding"))
    blocking.core.ingestion.admit(tenant)
    request.max_content_length = MAX_RECEIVED_BYTES
    body = request.get_data(cache=False)
    return _json(blocking.ingest(tenant, body, is_ndjson=is_ndjson), 202)


@api.get("/api/analytics")
@tenant_required
def endpoints() -> Response:
    """List the endpoints that the session may read."""
    return _json(g.clerk.answer_endpoints())


@api.get("/api/analytics/<endpoint>")
def analytics(endpoint: str) -> Response:
    """Read a granted endpoint; visitors read the public ones."""
    accept, address = request.headers.get("Accept"), request.remote_addr or ""
    query = request.query_string.decode(errors="replace")
    answer = services().answer_read(g.clerk.sign_in, endpoint, query, accept, address)
    return Response(answer.body, headers=answer.headers)


@api.get(ENTRY_PATH)
def entry_script() -> Response:
    """Serve the browser module's entry."""
    known = request.headers.get("If-None-Match")
    return _script(services().core.scripts.entry(known))


@api.get(CHART_PATH)
def chart_script() -> Response:
    """Serve the entry of the chart element."""
    known = request.headers.get("If-None-Match")
    return _script(services().core.scripts.chart_entry(known))


@api.get(f"{MODULES_PATH}/<digest>/<name>")
def module_script(digest: str, name: str) -> Response:
    """Serve a file of the browser module."""
    return _script(module_answer(digest, name))


@api.post("/webhooks/clerk")
def clerk_webhook() -> Response:
    """Take in what Clerk tells of organizations, memberships and users; the signature decides."""
    blocking, header = services(), request.headers.get
    blocking.core.webhooks.admit(header)
    request.max_content_length = MAX_DELIVERY_BYTES
    return _json(blocking.receive_webhook(header, request.get_data(cache=False)))


def _script(answer: ScriptAnswer) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _json(
    answer: EndpointsAnswer | EventsAnswer | Me | Status | TokenAnswer, status: int = 200
) -> Response:
    values = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return Response(_ENCODER.encode(values), status, content_type="application/json")
