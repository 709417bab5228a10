"""The JSON API; roost.http.openapi describes it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from roost.answers import EndpointsAnswer, EventsAnswer, Me, Status, TokenAnswer
from roost.events.body import check_media
from roost.fastapi.dependencies import CallerDep, ServicesDep, TenantDep
from roost.http.asgi import query_of
from roost.http.scripts import (
    CHART_PATH,
    ENTRY_PATH,
    MODULES_PATH,
    ScriptAnswer,
    module_answer,
)

# Routes are tried in this order: those that are asked for most come first.
router = APIRouter(include_in_schema=False)


@router.get("/api/me")
async def me(caller: CallerDep) -> Me:
    """Describe the session."""
    return caller.me()


@router.get("/api/tinybird/token")
async def tinybird_token(caller: CallerDep) -> TokenAnswer:
    """Mint a token that reads the tenant's rows from Tinybird."""
    return caller.answer_token()


@router.post("/api/events", status_code=202)
async def events(request: Request, tenant: TenantDep, services: ServicesDep) -> EventsAnswer:
    """Store events of the tenant: one object, an array, or NDJSON."""
    headers = request.headers
    is_ndjson = check_media(headers.get("content-type"), headers.get("content-encoding"))
    services.ingestion.admit(tenant)
    return await services.ingestion.ingest(tenant, await request.body(), is_ndjson=is_ndjson)


@router.get("/api/analytics")
async def endpoints(caller: CallerDep) -> EndpointsAnswer:
    """List the endpoints that the session may read."""
    return caller.answer_endpoints()


@router.get("/api/analytics/{endpoint}")
async def analytics(
    endpoint: str, request: Request, caller: CallerDep, services: ServicesDep
) -> Response:
    """Read a granted endpoint; visitors read the public ones."""
    query, accept = query_of(request.scope), request.headers.get("accept")
    address = request.client.host if request.client else ""
    answer = await services.answer_read(caller.sign_in, endpoint, query, accept, address)
    return Response(answer.body, headers=answer.headers)


@router.get("/healthz")
async def healthz() -> Status:
    """Tell that the process answers."""
    return Status()


@router.get("/readyz")
async def readyz(services: ServicesDep) -> Status:
    """Tell whether Clerk's keys are known and Tinybird answers."""
    await services.readiness.check()
    return Status()


@router.get(ENTRY_PATH)
async def entry_script(request: Request, services: ServicesDep) -> Response:
    """Serve the browser module's entry."""
    return _script(services.scripts.entry(request.headers.get("if-none-match")))


@router.get(CHART_PATH)
async def chart_script(request: Request, services: ServicesDep) -> Response:
    """Serve the entry of the chart element."""
    return _script(services.scripts.chart_entry(request.headers.get("if-none-match")))


@router.get(MODULES_PATH + "/{digest}/{name}")
async def module_script(digest: str, name: str) -> Response:
    """Serve a file of the browser module."""
    return _script(module_answer(digest, name))


# Clerk alone calls it.
@router.post("/webhooks/clerk")
async def clerk_webhook(request: Request, services: ServicesDep) -> Status:
    """Take in what Clerk tells of organizations, memberships and users; the signature decides."""
    services.webhooks.admit(request.headers.get)
    return await services.webhooks.receive(request.headers.get, await request.body())


def _script(answer: ScriptAnswer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
