"""/v0/datasources and /v1/datasources: descriptions, appends, truncates, deletes."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..data.rows import Outcome
from ..errors import DOCS, BadRequest, Forbidden, NotEmulated, NotFound
from ..http.files import sent_lines
from ..http.request import admin, caller, flag, form_of, reader, services
from ..monitoring.operations import Operation, note_outcome, operation
from ..project.dependencies import fed_from
from ..project.resources import Datasource
from ..state import now
from ..workspaces.workspaces import Caller
from .descriptions import chosen, datasource_document, text_answer
from .jobs import encoded

BY_DEPLOYMENT = (
    "Adding or modifying data sources to this workspace can only be done via deployments"
)
FORWARD = f"{DOCS}/forward"


async def index(request: Request) -> Response:
    """List the datasources."""
    found = reader(request)
    found.access.require("ADMIN")
    sizes = await to_thread.run_sync(found.workspace.rows.sizes)
    sources = found.reads.project.datasources.values()
    attrs = request.query_params.get("attrs")
    documents = (datasource_document(found, source, sizes) for source in sources)
    return JSONResponse({"datasources": [chosen(document, attrs) for document in documents]})


async def describe(request: Request) -> Response:
    """Describe a datasource, with its rows and bytes."""
    name = request.path_params["name"]
    if name.endswith(".datasource"):
        source = admin(request).workspace.datasource(name.removesuffix(".datasource"))
        return text_answer(source.source)
    found = reader(request)
    source = found.reads.datasource(name)
    id_ = found.workspace.resource_id("datasource", source.name)
    if found.access.filters(source.name, id_) is None:
        raise Forbidden(f"The token may not read the Data Source '{source.name}'.")
    sizes = await to_thread.run_sync(found.workspace.rows.sizes)
    document = datasource_document(found, source, sizes)
    return JSONResponse(chosen(document, request.query_params.get("attrs")))


async def append(request: Request) -> Response:
    """Append a file's rows: NDJSON, JSON, CSV or Parquet."""
    found, source = _writable(request, request.path_params["name"])
    outcome = await _stored(request, found, source, "append")
    return JSONResponse({"id": outcome.import_id, "import_id": outcome.import_id})


async def replace(request: Request) -> Response:
    """Put a file's rows in the place of the stored ones."""
    found, source = _writable(request, request.path_params["name"])
    outcome = await _stored(request, found, source, "replace")
    return JSONResponse({"id": outcome.import_id, "import_id": outcome.import_id})


async def import_(request: Request) -> Response:
    """Append or replace as the SDKs do it: `mode=append&name=...&format=...`."""
    mode = request.query_params.get("mode", "create")
    found, source = _importable(request, request.query_params.get("name", ""), mode)
    outcome = await _stored(request, found, source, mode, default_format="csv")
    sizes = await to_thread.run_sync(found.workspace.rows.sizes)
    return JSONResponse(
        {
            "import_id": outcome.import_id,
            "id": outcome.import_id,
            "datasource": datasource_document(found, source, sizes),
            "quarantine_rows": outcome.quarantined,
            "invalid_lines": outcome.invalid,
            "error": outcome.complaint or False,
        }
    )


async def truncate(request: Request) -> Response:
    """Delete all rows (205)."""
    found = admin(request)
    source = found.workspace.deletable(request.path_params["name"])
    with _operation(found, source, "truncate"):
        await to_thread.run_sync(found.workspace.rows.truncate, source)
    return Response(status_code=205)


async def delete_rows(request: Request) -> Response:
    """Delete the rows that meet `delete_condition`, done when it answers."""
    found = admin(request)
    source = found.workspace.deletable(request.path_params["name"])
    form = await form_of(request)
    condition = form.get("delete_condition", "")
    if not condition.strip():
        raise BadRequest("delete_condition is missing.")
    if flag(form.get("dry_run")):
        count = await _deleted(found, source, condition, dry_run=True)
        return JSONResponse({"rows_to_be_deleted": count})
    started_at = now()
    with _operation(found, source, "delete") as running:
        running.rows = await _deleted(found, source, condition, dry_run=False)
    job = found.workspace.jobs.note(
        "delete_data", started_at, **_named(found, source), delete_condition=condition
    )
    answer = {"delete_id": job["id"], "rows_to_be_deleted": running.rows}
    return JSONResponse({**encoded(request, job), **answer, "job": encoded(request, job)})


async def dependencies(request: Request) -> Response:
    """List what a datasource feeds: `tb datasource truncate --cascade` asks for it."""
    found, name = admin(request), request.query_params.get("datasource")
    if not name:
        raise NotEmulated("GET /v0/dependencies of anything but a datasource")
    source = found.workspace.datasource(name)
    fed = fed_from(found.workspace.project, source.name)
    return JSONResponse({"dependencies": fed, "incompatible_datasources": {}})


async def remove(request: Request) -> Response:
    """Refuse: a datasource goes when its file does."""
    admin(request)
    raise NotEmulated("deleting a Data Source by the API: remove its file and deploy")


def _writable(request: Request, name: str) -> tuple[Caller, Datasource]:
    found = caller(request)
    source = found.workspace.datasource(name)
    id_ = found.workspace.resource_id("datasource", source.name)
    if not found.access.may_append(source.name, id_):
        raise Forbidden(f"The token may not append to the Data Source '{source.name}'.")
    return found, source


def _importable(request: Request, name: str, mode: str) -> tuple[Caller, Datasource]:
    # In Tinybird Forward a datasource that is not there would be created, which files alone do.
    found = caller(request)
    if mode not in ("append", "replace"):
        raise Forbidden(BY_DEPLOYMENT, FORWARD)
    try:
        found.workspace.datasource(name)
    except NotFound as error:
        raise Forbidden(BY_DEPLOYMENT, FORWARD) from error
    return _writable(request, name)


async def _deleted(found: Caller, source: Datasource, condition: str, *, dry_run: bool) -> int:
    return await to_thread.run_sync(
        lambda: found.workspace.delete_rows(source, condition, dry_run=dry_run)
    )


async def _stored(
    request: Request,
    found: Caller,
    source: Datasource,
    event_type: str,
    default_format: str = "ndjson",
) -> Outcome:
    if event_type == "replace" and request.query_params.get("replace_condition"):
        raise NotEmulated("replacing the rows that meet a condition")
    started_at = now()
    with _operation(found, source, event_type) as running:
        sent = await sent_lines(request, found, source, default_format)
        if event_type == "replace":
            outcome = await to_thread.run_sync(
                lambda: found.workspace.replace(source.name, sent.lines, named=sent.named)
            )
        else:
            batches = services(request).batches
            outcome = await batches.store(
                found.workspace, source.name, sent.lines, named=sent.named
            )
        outcome = dataclasses.replace(outcome, invalid=sent.invalid)
        note_outcome(running, outcome)
    found.workspace.jobs.note_import(started_at, outcome, **_named(found, source))
    return outcome


def _operation(
    found: Caller, source: Datasource, event_type: str
) -> AbstractContextManager[Operation]:
    id_ = found.workspace.resource_id("datasource", source.name)
    return operation(found.workspace.journal, event_type, id_, source.name)


def _named(found: Caller, source: Datasource) -> dict[str, Any]:
    id_ = found.workspace.resource_id("datasource", source.name)
    return {"datasource_id": id_, "datasource": {"id": id_, "name": source.name}}
