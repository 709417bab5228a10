"""What the page shows of the workspace of `.env.local`; it reads and never writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ..data.tables import QUARANTINE
from ..http.request import services
from ..project.endpoints import pipe_parameters
from ..project.resources import Datasource, Pipe
from ..sql.engine import quoted
from ..sql.templates import Parameter
from ..tokens.access import ADMIN, Access, Scope
from ..workspaces.workspace import Workspace
from .door import ROOT
from .markup import Cell, Link, heading, page, paragraph, table

PAGE_ROWS = 50
_FARTHEST_PAGE = 10_000
_LOOKING = Access("devstack data", (ADMIN,))


def overview(request: Request) -> Response:
    """Show the tables with their rows and quarantine, the endpoints, the tokens by name."""
    workspace = services(request).workspaces.home
    endpoints = [pipe for pipe in workspace.project.pipes.values() if pipe.type == "endpoint"]
    return page(
        "Local data",
        paragraph(f"What the embedded Tinybird of this machine holds in {workspace.name}."),
        paragraph("It is shown as it is now, and nothing is changed here."),
        heading("Tables"),
        table("Tables", ("name", "rows", "quarantine", "engine", "about"), _tables(workspace)),
        heading("Endpoints"),
        *(_endpoint(workspace, pipe) for pipe in endpoints),
        heading("Tokens"),
        table("Tokens", ("name", "may"), _tokens(workspace)),
    )


def rows(request: Request) -> Response:
    """Show fifty rows of a table or of a quarantine.  Raises: NotFound."""
    workspace = services(request).workspaces.home
    source = workspace.deletable(request.path_params["name"])
    number = _page_number(request)
    names, found = _rows(workspace, source, number)
    return page(
        source.name,
        paragraph(Link("All tables", ROOT)),
        *_columns(source),
        heading("Rows"),
        table(f"Rows, page {number}", names, found[:PAGE_ROWS]),
        *_turning(source.name, number, has_more=len(found) > PAGE_ROWS),
    )


def _tables(workspace: Workspace) -> Iterator[Sequence[Cell]]:
    sizes = workspace.rows.sizes()
    for source in workspace.project.datasources.values():
        kept, refused = (sizes.get(source.name + end, (0, 0))[0] for end in ("", QUARANTINE))
        wrong = _link(f"{refused:,}", source.name + QUARANTINE) if refused else 0
        about = " ".join(source.description.split())
        yield _link(source.name, source.name), kept, wrong, source.engine, about


def _endpoint(workspace: Workspace, pipe: Pipe) -> str:
    takes = pipe_parameters(workspace.project, pipe)
    about = " ".join(pipe.description.split())
    address = f"GET /v0/pipes/{pipe.name}.json"
    parts = [heading(pipe.name, 3), paragraph(address), paragraph(about) if about else ""]
    columns = ("parameter", "type", "needed", "default", "about")
    found = [_parameter(one) for one in takes]
    parts.append(table(f"Parameters of {pipe.name}", columns, found) if found else "")
    return "\n".join(filter(None, parts))


def _parameter(parameter: Parameter) -> Sequence[Cell]:
    default = "" if parameter.default is None else str(parameter.default)
    needed = "yes" if parameter.required else "no"
    return parameter.name, parameter.type or "String", needed, default, parameter.description


def _tokens(workspace: Workspace) -> Iterator[Sequence[Cell]]:
    yield "workspace admin token", "ADMIN"
    for token in workspace.tokens.all():
        yield token.name, ", ".join(map(_scope, token.scopes)) or "nothing"


def _scope(scope: Scope) -> str:
    return f"{scope.type}:{scope.resource}" if scope.resource else scope.type


def _columns(source: Datasource) -> list[str]:
    if source.name.endswith(QUARANTINE):
        return [paragraph("Rows that did not fit, as they came; c__error says why.")]
    columns = ("column", "type", "default", "from")
    found = [(one.name, one.type, one.default or "", one.jsonpath or "") for one in source.columns]
    about = " ".join(source.description.split())
    return [*([paragraph(about)] if about else []), table("Columns", columns, found)]


def _rows(
    workspace: Workspace, source: Datasource, number: int
) -> tuple[list[str], list[list[str]]]:
    is_quarantine = source.name.endswith(QUARANTINE)
    chosen = "*" if is_quarantine else ", ".join(map(_readable, _names(source)))
    # One more than is shown: whether there is another page.
    sql = (
        f"SELECT {chosen} FROM {quoted(source.name)} "
        f"LIMIT {PAGE_ROWS + 1} OFFSET {(number - 1) * PAGE_ROWS} FORMAT JSON"
    )
    _, result = workspace.live.read_sql(sql, _LOOKING, {}, None)
    document = json.loads(result.body.decode(errors="replace"), strict=False)
    names = [column["name"] for column in document["meta"]]
    return names, [[_text(row[name]) for name in names] for row in document["data"]]


def _names(source: Datasource) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in source.columns]


def _readable(column: tuple[str, str]) -> str:
    name, type_ = column
    # The state of an aggregation is bytes, which say nothing to anybody.
    is_state = type_.startswith("AggregateFunction(")
    return f"'(a state)' AS {quoted(name)}" if is_state else quoted(name)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _turning(name: str, number: int, *, has_more: bool) -> list[str]:
    path = f"{ROOT}/{quote(name)}"
    before = [Link("Page before", f"{path}?page={number - 1}")] if number > 1 else []
    after = [Link("Next page", f"{path}?page={number + 1}")] if has_more else []
    return [paragraph(*before, *after)] if before or after else []


def _link(text: str, name: str) -> Link:
    return Link(text, f"{ROOT}/{quote(name)}")


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_FARTHEST_PAGE))
    return min(max(int(text), 1), _FARTHEST_PAGE) if is_number else 1
