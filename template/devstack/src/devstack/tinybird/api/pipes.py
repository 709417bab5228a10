"""/v0/pipes: endpoints and their descriptions."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import BadRequest, Forbidden, NotFound
from ..http.compression import rows_answer
from ..http.recording import recorded_query
from ..http.request import admin, counted, parameters_of, reader, services
from ..project.endpoints import pipe_parameters
from ..project.openapi import openapi as document
from ..project.resources import Pipe
from ..sql.formats import EXTENSIONS, Format
from ..workspaces.reads import Reads
from .descriptions import chosen_pipe, pipe_document, text_answer


async def read(request: Request) -> Response:
    """Answer an endpoint's rows, or with `q` the result of SQL over them."""
    name, _, extension = request.path_params["resource"].rpartition(".")
    if not name:
        return await describe(request)
    found = reader(request)
    pipe = _endpoint(found.reads, name)
    id_ = found.workspace.resource_id("pipe", pipe.name)
    with recorded_query(request, found, id_, pipe.name) as record:
        headers = counted(request, found)
        params = record.parameters = await parameters_of(request)
        format_ = _format(extension)
        over = params.get("q")
        record.result = result = await to_thread.run_sync(
            found.reads.read_pipe,
            pipe,
            found.access,
            params,
            over or None,
            format_,
            limiter=services(request).reading,
        )
    return await rows_answer(request, result, format_, headers | record.headers)


async def describe(request: Request) -> Response:
    """Describe a pipe and its nodes."""
    found = reader(request)
    pipe = found.reads.pipe(request.path_params["resource"])
    if found.access.fixed_params(pipe.name, found.workspace.resource_id("pipe", pipe.name)) is None:
        raise Forbidden(f"The token may not read the pipe '{pipe.name}'.")
    if found.access.is_jwt:
        raise Forbidden("A JWT cannot read the definition of a pipe.")
    return JSONResponse(pipe_document(found.workspace, pipe))


async def index(request: Request) -> Response:
    """List the pipes."""
    found = reader(request)
    found.access.require("ADMIN")
    pipes = [
        chosen_pipe(pipe_document(found.workspace, pipe), request.query_params)
        for pipe in found.reads.project.pipes.values()
    ]
    return JSONResponse({"pipes": pipes})


async def datafile(request: Request) -> Response:
    """Answer the text of a .pipe file."""
    found = admin(request)
    pipe = found.workspace.pipe(request.path_params["name"])
    return text_answer(pipe.source)


async def openapi(request: Request) -> Response:
    """Describe the endpoints that the token may read, without what it fixes."""
    found = reader(request)
    project = found.reads.project
    listed = []
    for pipe in sorted(project.pipes.values(), key=lambda pipe: pipe.name):
        fixed = found.access.fixed_params(pipe.name, found.workspace.resource_id("pipe", pipe.name))
        if pipe.type == "endpoint" and fixed is not None:
            asked = pipe_parameters(project, pipe)
            listed.append((pipe, tuple(one for one in asked if one.name not in fixed)))
    return JSONResponse(document(found.workspace.name, f"{request.base_url}v0", listed))


async def example(request: Request) -> Response:
    """Answer the URL of an endpoint or of a query, which the CLI prints."""
    params = request.query_params
    pipe, token = params.get("pipe"), params.get("token", "")
    format_ = params.get("format", "json")
    if not pipe:
        raise BadRequest("pipe is missing.")
    url = f"http://localhost:8001/v0/pipes/{pipe}.{format_}?token={token}"
    return text_answer(url)


def _endpoint(reads: Reads, name: str) -> Pipe:
    try:
        pipe = reads.pipe(name)
    except NotFound as error:
        raise NotFound(f"The pipe '{name}' does not exist") from error
    if pipe.type != "endpoint":
        raise NotFound(f"The pipe '{name}' does not have an endpoint yet")
    return pipe


def _format(extension: str) -> Format:
    if extension not in EXTENSIONS:
        raise NotFound(f"There is no format '{extension}'.")
    return EXTENSIONS[extension]
