"""What a caller can put around a node to make it tell of rows that it does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

TENANT = "org_fixture_reader"
PARAMETERS = {
    "tenant_id": TENANT,
    "user_id": "1",
    "date_from": "2026-03-01",
    "date_to": "2026-03-31",
    # Starts and ends its days inside an hour, so that rollups and events are read.
    "timezone": "Asia/Kolkata",
    "steps": "1,2",
}
# Each fails on what the neighbour has, and on nothing that the reader has.
PROBES = (
    "throwIf({} LIKE '%secret%')",
    "toInt32({}) * 0",
    "intDiv(0, {} NOT LIKE '%secret%')",
    "throwIf({} LIKE '2026-03-20%' OR {} > 'o')",
)
FORMS = (
    "SELECT count() FROM {0} WHERE {1} = 0",
    "SELECT * FROM (SELECT * FROM {0}) WHERE {1} >= 0",
    "SELECT {2}, count() FROM {0} GROUP BY {2} HAVING {1} = 0 ORDER BY {2}",
    "SELECT {2} FROM {0} ORDER BY {1}, {2} LIMIT 2",
    "SELECT count() FROM (SELECT 0 AS k) AS k JOIN {0} AS e ON k.k = {1}",
    "SELECT count() OVER (PARTITION BY {1}) AS n FROM {0}",
    "SELECT 1 AS one WHERE 0 IN (SELECT {1} FROM {0})",
    "SELECT countIf({1} = 0) AS n FROM {0} UNION ALL SELECT count() FROM {0} WHERE {1} != 9",
)
_READS = re.compile(r"\bFROM (?:events|events_hourly|tenants)\b")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a pipe that reads a tenant table, or the endpoint that comes of such nodes."""

    name: str
    pipe: str


def nodes_of(project: Path) -> Iterator[Node]:
    """Name the endpoints that read a tenant table, and each node that does."""
    for path in sorted((project / "endpoints").glob("*.pipe")):
        texts = path.read_text().split("\nNODE ")[1:]
        reading = [text.split()[0] for text in texts if _READS.search(text)]
        if reading:
            yield Node(path.stem, path.stem)
        for name in reading:
            yield Node(name, path.stem)


def attempts(client: httpx2.Client, node: Node) -> Iterator[str]:
    """Write each probe of every column of a node in a plain form, and one of them in every form."""
    for column, text in _columns(client, node).items():
        for probe in PROBES:
            yield FORMS[0].format(node.name, probe.replace("{}", text), column)
        for form in FORMS[1:]:
            yield form.format(node.name, PROBES[0].replace("{}", text), column)


def answer(client: httpx2.Client, node: Node, sql: str) -> tuple[int, object]:
    """Ask with the reader's tenant; all that the answer tells but what it cost."""
    params = PARAMETERS | {"q": f"{sql} FORMAT JSON", "pipeline": node.pipe}
    told = client.get("/v0/sql", params=params)
    body: Mapping[str, object] = told.json()
    return told.status_code, {key: body[key] for key in body if key != "statistics"}


def _columns(client: httpx2.Client, node: Node) -> dict[str, str]:
    status, body = answer(client, node, f"SELECT * FROM {node.name}")
    assert status == 200, body
    assert isinstance(body, dict)
    types = {column["name"]: column["type"] for column in body["meta"]}
    # A text is asked as it is: any function around it may part it from what its rows share.
    return {
        name: name if "String" in kind else f"toString({name})"
        for name, kind in types.items()
        if not kind.startswith(("Aggregate", "Array"))
    }
