"""The JSON API; roost.http.openapi describes it."""

from __future__ import annotations

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from roost.answers import EndpointsAnswer, EventsAnswer, Me, Status, TokenAnswer
from roost.events.body import check_media
from roost.events.rows import MAX_RECEIVED_BYTES
from roost.http.asgi import query_of
from roost.http.scripts import (
    CHART_PATH,
    ENTRY_PATH,
    MODULES_PATH,
    ScriptAnswer,
    module_answer,
)
from roost.identity.tenancy import Tenant
from roost.litestar.dependencies import AnyRequest, caller_of, services_of
from roost.serving.caller import Caller
from roost.webhooks.receiver import MAX_DELIVERY_BYTES


@get("/healthz", sync_to_thread=False)
def healthz() -> Status:
    """Tell that the process answers."""
    return Status()


@get("/readyz")
async def readyz(request: AnyRequest) -> Status:
    """Tell whether Clerk's keys are known and Tinybird answers."""
    await services_of(request).readiness.check()
    return Status()


# The two that a page asks for most take the caller straight from the request: to have it injected
# by name costs as much again as to verify it.
@get("/me")
async def me(request: AnyRequest) -> Me:
    """Describe the session."""
    return (await caller_of(request)).me()


@get("/tinybird/token")
async def tinybird_token(request: AnyRequest) -> TokenAnswer:
    """Mint a token that reads the tenant's rows from Tinybird."""
    return (await caller_of(request)).answer_token()


@post(
    "/events",
    status_code=HTTP_202_ACCEPTED,
    # As the shell's own: it counts while the body arrives, on whatever app this is.
    request_max_body_size=MAX_RECEIVED_BYTES,
)
async def events(request: AnyRequest, tenant: NamedDependency[Tenant]) -> EventsAnswer:
    """Store events of the tenant: one object, an array, or NDJSON."""
    headers, ingestion = request.headers, services_of(request).ingestion
    is_ndjson = check_media(headers.get("content-type"), headers.get("content-encoding"))
    ingestion.admit(tenant)
    return await ingestion.ingest(tenant, await request.body(), is_ndjson=is_ndjson)


@get("/analytics")
async def endpoints(caller: NamedDependency[Caller]) -> EndpointsAnswer:
    """List the endpoints that the session may read."""
    return caller.answer_endpoints()


@get("/analytics/{endpoint:str}")
async def analytics(
    request: AnyRequest, endpoint: FromPath[str], caller: NamedDependency[Caller]
) -> Response[bytes]:
    """Read a granted endpoint; visitors read the public ones."""
    accept = request.headers.get("accept")
    address = request.client.host if request.client else ""
    answer = await caller.services.answer_read(
        caller.sign_in, endpoint, query_of(request.scope), accept, address
    )
    # The media type as a header, because Litestar adds a charset of its own to its argument.
    return Response(answer.body, headers=answer.headers)


@get(ENTRY_PATH, sync_to_thread=False)
def entry_script(request: AnyRequest) -> Response[bytes]:
    """Serve the browser module's entry."""
    known = request.headers.get("if-none-match")
    return _script(services_of(request).scripts.entry(known))


@get(CHART_PATH, sync_to_thread=False)
def chart_script(request: AnyRequest) -> Response[bytes]:
    """Serve the entry of the chart element."""
    known = request.headers.get("if-none-match")
    return _script(services_of(request).scripts.chart_entry(known))


@get(MODULES_PATH + "/{digest:str}/{name:str}", sync_to_thread=False)
def module_script(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Serve a file of the browser module."""
    return _script(module_answer(digest, name))


@post(
    "/webhooks/clerk",
    status_code=HTTP_200_OK,
    request_max_body_size=MAX_DELIVERY_BYTES,
)
async def clerk_webhook(request: AnyRequest) -> Status:
    """Take in what Clerk tells of organizations, memberships and users; the signature decides."""
    webhooks, header = services_of(request).webhooks, request.headers.get
    webhooks.admit(header)
    return await webhooks.receive(header, await request.body())


def api_router() -> Router:
    """Make the router of /api."""
    handlers = [me, tinybird_token, events, endpoints, analytics]
    return Router("/api", route_handlers=handlers)


def _script(answer: ScriptAnswer) -> Response[bytes]:
    return Response(answer.body, status_code=answer.status, headers=answer.headers)
