"""The local Tinybird over HTTP: what it holds, its rows replaced, its endpoints read."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import jwt

from ..errors import UserError
from ..loopback import NO_AUTHORITIES
from ..tinybird.project.endpoints import EndpointCatalog, EndpointEntry, ParameterEntry
from .built import TENANT, BuiltProject, Column, Endpoint, Node, Parameter, Pipe, Table
from .reads import Answer, Request
from .rows import Row, Rows, document

_TARGET = re.compile(r"^(?:TARGET_)?DATASOURCE\s+(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_FILLING = ("materialized", "copy")
_ALIVE_S = 86_400
# As many as it reads side by side.
_READERS = 4


class WorkspaceRefused(UserError):
    """The workspace did not do what the proof needs; the sentence has its answer."""


@dataclass(frozen=True, slots=True)
class WorkspaceClient:
    """The workspace in which a data project was built; `key` signs tokens and is the admin's."""

    id: str
    key: str = field(repr=False)
    api: httpx2.Client
    readers: ThreadPoolExecutor
    # The datasources that may hold rows: whoever else writes some adds their names.
    touched: set[str] = field(default_factory=set)
    # One token for each reader and endpoint: its signature is looked at once.
    expires_at: int = field(default_factory=lambda: int(time.time()) + _ALIVE_S)

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """Connect to the workspace that the environment of a throw-away stack names."""
        url, key = env["TINYBIRD_API_URL"], env["TINYBIRD_JWT_SECRET"]
        return cls(
            env["TINYBIRD_WORKSPACE_ID"],
            key,
            httpx2.Client(base_url=url, timeout=60, verify=NO_AUTHORITIES),
            ThreadPoolExecutor(_READERS),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.readers.shutdown()
        self.api.close()

    def built_project(self, catalog: EndpointCatalog) -> BuiltProject:
        """Return what was built; `catalog` is of its datafiles."""
        pipes = self._admin("/v0/pipes").json()["pipes"]
        tables = self._admin("/v0/datasources").json()["datasources"]
        self.touched.update(entry["name"] for entry in tables)
        return BuiltProject(
            endpoints=tuple(_endpoint(entry) for entry in catalog["endpoints"]),
            pipes={entry["name"]: self._pipe(entry) for entry in pipes},
            tables={entry["name"]: _table(entry) for entry in tables},
        )

    def fill(
        self, project: BuiltProject, inserts: Sequence[Rows], *, copying: bool = False
    ) -> None:
        """Let the tenant tables hold exactly these inserts, and what is made of them.

        Args: copying: the targets of copies hold what those copy, and nothing else.
        Raises: WorkspaceRefused: a generated row does not fit its datasource.
        """
        copied = {pipe.target for pipe in project.copies} if copying else set()
        self._empty(project)
        for rows in inserts:
            self._insert(project, [row for row in rows if row.table not in copied])
        if copying:
            self.touched.update(project.made)
            for pipe in project.copies:
                self._admin(f"/v0/pipes/{pipe.name}/copy", {"_mode": "replace"}, method="POST")

    def read(self, request: Request) -> Answer:
        """Read with a minted token that fixes what the request says."""
        claims = {
            "workspace_id": self.id,
            "name": "isolation",
            "exp": self.expires_at,
            "scopes": [request.scope()],
        }
        token = jwt.encode(claims, self.key, algorithm="HS256")
        path, query = request.address()
        headers = {"Authorization": f"Bearer {token}"}
        reply = self.api.get(path, params=query, headers=headers)
        return request.answer(reply.status_code, reply.content)

    def read_all(self, requests: Sequence[Request]) -> list[Answer]:
        """Read side by side what does not change meanwhile."""
        return list(self.readers.map(self.read, requests))

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

    def _empty(self, project: BuiltProject) -> None:
        names = project.targets | {table.name for table in project.filled}
        list(self.readers.map(self._truncate, sorted(names & self.touched)))
        self.touched.clear()

    def _insert(self, project: BuiltProject, rows: Iterable[Row]) -> None:
        lines: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            lines[row.table].append(document(project.tables[row.table], row.values))
        self.touched.update(lines.keys(), project.targets if lines else ())
        for name, sent in lines.items():
            asked = {"name": name, "wait": "true"}
            reply = self._admin("/v0/events", asked, method="POST", content="\n".join(sent))
            counts = {"successful_rows": len(sent), "quarantined_rows": 0}
            if reply.json() != counts:
                raise WorkspaceRefused(f"Not every generated row fits {name}: {reply.text}")

    def _truncate(self, name: str) -> None:
        self._admin(f"/v0/datasources/{name}/truncate", method="POST")

    def _pipe(self, entry: Mapping[str, Any]) -> Pipe:
        name, target = entry["name"], None
        if entry["type"] in _FILLING:
            found = _TARGET.search(self._admin(f"/v1/pipes/{name}.pipe").text)
            target = found[1] if found else None
        nodes = tuple(Node(name, node["name"], node["sql"]) for node in entry["nodes"])
        return Pipe(name, nodes, target, is_copy=entry["type"] == "copy")

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
        if reply.is_error:
            raise WorkspaceRefused(
                f"Tinybird answered {method} {path} with {reply.status_code}: {reply.text}"
            )
        return reply

    def _get(self, path: str, params: dict[str, str]) -> httpx2.Response:
        return self.api.get(path, params=params, headers={"Authorization": f"Bearer {self.key}"})


def _all_of(name: str, condition: str = "1") -> str:
    # Names that the workspace itself gave; values go through the template's String().
    return f"SELECT * FROM {name} WHERE {condition} FORMAT JSONEachRow"


def _endpoint(entry: EndpointEntry) -> Endpoint:
    return Endpoint(entry["name"], tuple(_parameter(each) for each in entry["parameters"]))


def _parameter(entry: ParameterEntry) -> Parameter:
    return Parameter(
        entry["name"],
        entry["type"],
        entry["required"],
        entry["default"],
        entry["description"],
    )


def _table(entry: Mapping[str, Any]) -> Table:
    columns = [_column(each) for each in entry["columns"] if not _is_computed(each)]
    return Table(entry["name"], tuple(columns))


def _column(entry: Mapping[str, Any]) -> Column:
    path = entry["jsonpath"] or f"$.{entry['name']}"
    return Column(entry["name"], entry["type"], bool(entry["nullable"]), path)


def _is_computed(entry: Mapping[str, Any]) -> bool:
    return str(entry["default_value"] or "").upper().startswith(("MATERIALIZED ", "ALIAS "))
