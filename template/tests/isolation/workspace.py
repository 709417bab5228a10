"""The local Tinybird over HTTP: what it holds, its rows replaced, its endpoints read."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import jwt

from ..stack import NO_AUTHORITIES
from .project import TENANT, Column, Endpoint, Node, Parameter, Pipe, Project, Table

_TARGET = re.compile(r"^DATASOURCE\s+(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_STEP = re.compile(r"[^.\[\]$']+|\[:\]")
_ROWS = b'"rows":'


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the datasource `table`."""

    table: str
    values: Mapping[str, object]

    def of(self, tenant: str) -> Self:
        """Return the same row as another tenant's."""
        return type(self)(self.table, {**self.values, TENANT: tenant})


@dataclass(frozen=True, slots=True)
class Request:
    """A read of an endpoint: what the token fixes for it, and what the caller asks."""

    endpoint: str
    fixed: Mapping[str, str]
    asked: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        """What the endpoint's templates see."""
        return {**self.asked, **self.fixed}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the bytes that count: `meta`, `data` and `rows`, or the whole of an error."""

    status: int
    body: bytes

    @property
    def has_rows(self) -> bool:
        """Whether it shows any row."""
        return self.status == 200 and not self.body.rstrip().endswith(b" 0")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace in which a data project was built; `key` signs tokens and is the admin's."""

    id: str
    key: str = field(repr=False)
    api: httpx2.Client

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """Connect to the workspace that the environment of a stack names."""
        url, key = env["TINYBIRD_API_URL"], env["TINYBIRD_JWT_SECRET"]
        return cls(
            env["TINYBIRD_WORKSPACE_ID"],
            key,
            httpx2.Client(base_url=url, timeout=60, verify=NO_AUTHORITIES),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()

    def project(self, catalog: Mapping[str, Any]) -> Project:
        """Return what was built; `catalog` is what `devstack endpoints` prints."""
        pipes = self._admin("/v0/pipes").json()["pipes"]
        tables = self._admin("/v0/datasources").json()["datasources"]
        return Project(
            endpoints=tuple(_endpoint(entry) for entry in catalog["endpoints"]),
            pipes={entry["name"]: self._pipe(entry) for entry in pipes},
            tables={entry["name"]: _table(entry) for entry in tables},
        )

    def fill(self, project: Project, rows: Iterable[Row]) -> None:
        """Let the tenant tables hold exactly `rows`, and what materializations make of them."""
        for name in {*project.targets, *(table.name for table in project.filled)}:
            self._admin(f"/v0/datasources/{name}/truncate", method="POST")
        lines: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            lines[row.table].append(document(project.tables[row.table], row.values))
        for name, sent in lines.items():
            asked = {"name": name, "wait": "true"}
            reply = self._admin("/v0/events", asked, method="POST", content="\n".join(sent))
            counts = {"successful_rows": len(sent), "quarantined_rows": 0}
            assert reply.json() == counts, f"not every generated row fits {name}: {reply.text}"

    def read(self, request: Request) -> Answer:
        """Read an endpoint with a minted token that fixes what the request says."""
        scope = {"type": "PIPES:READ", "resource": request.endpoint}
        claims = {
            "workspace_id": self.id,
            "name": "isolation",
            "exp": int(time.time()) + 600,
            "scopes": [{**scope, "fixed_params": dict(request.fixed)}],
        }
        token = jwt.encode(claims, self.key, algorithm="HS256")
        reply = self.api.get(
            f"/v0/pipes/{request.endpoint}.json",
            params=dict(request.asked),
            headers={"Authorization": f"Bearer {token}"},
        )
        body = reply.content
        return Answer(reply.status_code, _counted(body) if reply.status_code == 200 else body)

    def node_rows(self, node: Node, parameters: Mapping[str, str]) -> list[bytes]:
        """Return the rows of one node, in no order; of a node that fails, the error."""
        query = _all_of(node.name)
        return self._lines({**parameters, "q": query, "pipeline": node.pipe})

    def table_rows(self, table: str, tenant: str) -> list[bytes]:
        """Return the rows that a datasource stores for a tenant, in no order."""
        condition = f"{TENANT} = {{{{ String({TENANT}) }}}}"
        return self._lines({TENANT: tenant, "q": f"% {_all_of(table, condition)}"})

    def _lines(self, asked: dict[str, str]) -> list[bytes]:
        return sorted(self._get("/v0/sql", asked).content.splitlines())

    def _pipe(self, entry: Mapping[str, Any]) -> Pipe:
        name, target = entry["name"], None
        if entry["type"] == "materialized":
            found = _TARGET.search(self._admin(f"/v1/pipes/{name}.pipe").text)
            target = found[1] if found else None
        nodes = tuple(Node(name, node["name"], node["sql"]) for node in entry["nodes"])
        return Pipe(name, nodes, target)

    def _admin(
        self,
        path: str,
        params: dict[str, str] | None = None,
        *,
        method: str = "GET",
        content: str | None = None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        reply = self.api.request(method, path, params=params, content=content, headers=headers)
        return reply.raise_for_status()

    def _get(self, path: str, params: dict[str, str]) -> httpx2.Response:
        return self.api.get(path, params=params, headers={"Authorization": f"Bearer {self.key}"})


def _all_of(name: str, condition: str = "1") -> str:
    # Names that the workspace itself gave; values go through the template's String().
    return f"SELECT * FROM {name} WHERE {condition} FORMAT JSONEachRow"  # noqa: S608


def document(table: Table, values: Mapping[str, object]) -> str:
    """Write a row as the JSON object from which the columns' JSONPaths take it."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name in values:
            _place(found, _STEP.findall(column.jsonpath), values[column.name])
    return json.dumps(found)


def _place(found: dict[str, Any], steps: list[str], value: object) -> None:
    key, rest = steps[0], steps[1:]
    if not rest or rest == ["[:]"]:
        found[key] = value
    elif rest[0] != "[:]":
        _place(found.setdefault(key, {}), rest, value)
    else:
        assert isinstance(value, list)
        items = found.setdefault(key, [{} for _ in value])
        # Columns of one list of objects: as many objects as the shortest column has.
        del items[len(value) :]
        for item, part in zip(items, value, strict=False):
            _place(item, rest[1:], part)


def _counted(body: bytes) -> bytes:
    # After `rows` come the statistics. No data follows it, so the last one is the answer's own.
    end = body.rindex(_ROWS)
    number = re.match(rb"\s*\d+", body[end + len(_ROWS) :])
    assert number is not None
    return body[:end] + _ROWS + b" " + number[0].strip()


def _endpoint(entry: Mapping[str, Any]) -> Endpoint:
    names = ("name", "type", "required", "default", "description")
    parameters = (Parameter(*(each[name] for name in names)) for each in entry["parameters"])
    return Endpoint(entry["name"], tuple(parameters))


def _table(entry: Mapping[str, Any]) -> Table:
    columns = [_column(each) for each in entry["columns"] if not _is_computed(each)]
    return Table(entry["name"], tuple(columns))


def _column(entry: Mapping[str, Any]) -> Column:
    path = entry["jsonpath"] or f"$.{entry['name']}"
    return Column(entry["name"], entry["type"], bool(entry["nullable"]), path)


def _is_computed(entry: Mapping[str, Any]) -> bool:
    return str(entry["default_value"] or "").upper().startswith(("MATERIALIZED ", "ALIAS "))
