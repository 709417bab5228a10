"""The data projects that are measured, and rows for them."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from pathlib import Path

TENANTS = tuple(f"org_{number}" for number in range(8))
EVENTS = ("page_view", "click", "signup", "purchase")
COLUMNS = {
    "tenant_id": "String",
    "user_id": "String",
    "session_id": "String",
    "event_id": "String",
    "event": "LowCardinality(String)",
    "timestamp": "DateTime64(3, 'UTC')",
    "properties": "String",
    "amount": "Float64",
    "position": "Int32",
}
SORTING_KEY = "tenant_id, timestamp"
_TENANT = "tenant_id = {{ String(tenant_id, required=True) }}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of two nodes, and what it comes to for one tenant."""

    name: str
    filtered: str
    result: str

    @property
    def pipe(self) -> str:
        nodes = f"NODE filtered\nSQL >\n    %\n    {self.filtered} WHERE {_TENANT}\n\n"
        return f"{nodes}NODE endpoint\nSQL >\n    %\n    {self.result}\n\nTYPE endpoint\n"

    def plain(self, table: str, tenant: str) -> str:
        """Write the SQL that the endpoint is, as a person would send it to ClickHouse."""
        filtered = self.filtered.replace("FROM events", f"FROM {table}")
        inner = f"({filtered} WHERE tenant_id = '{tenant}')"
        return self.result.replace("FROM filtered", f"FROM {inner} AS filtered").replace(
            "{{ Int32(limit, 10) }}", "10"
        )


# From a request that computes next to nothing to one of a hundred milliseconds.
ENDPOINTS = (
    Endpoint(
        "newest",
        "SELECT event, timestamp FROM events",
        "SELECT event, timestamp FROM filtered ORDER BY timestamp LIMIT {{ Int32(limit, 10) }}",
    ),
    Endpoint(
        "top_events",
        "SELECT event, user_id FROM events",
        "SELECT event, count() AS hits, uniq(user_id) AS users FROM filtered "
        "GROUP BY event ORDER BY hits DESC LIMIT {{ Int32(limit, 10) }}",
    ),
    Endpoint(
        "paths",
        "SELECT properties, amount FROM events",
        "SELECT JSONExtractString(properties, 'path') AS path, count() AS hits, "
        "quantiles(0.5, 0.95, 0.99)(amount) AS amounts FROM filtered "
        "GROUP BY path ORDER BY path LIMIT {{ Int32(limit, 10) }}",
    ),
    Endpoint(
        "sessions",
        "SELECT session_id, event, properties FROM events",
        "SELECT uniqExact(session_id) AS sessions, "
        "uniqExact(extractAll(properties, '[a-z]+')) AS words, "
        "uniqExact(JSONExtractString(properties, 'ref'), JSONExtractString(properties, 'path')) "
        "AS pages FROM filtered LIMIT {{ Int32(limit, 10) }}",
    ),
)


def write_measured(folder: Path) -> Path:
    """Write the project whose endpoints are asked; return its folder."""
    project = _project(folder)
    (project / "datasources" / "events.datasource").write_text(_datasource())
    for endpoint in ENDPOINTS:
        (project / "endpoints" / f"{endpoint.name}.pipe").write_text(endpoint.pipe)
    return project


def write_fifty(folder: Path) -> Path:
    """Write a project of 50 resources: 10 datasources, 5 materializations, 35 endpoints."""
    project = _project(folder)
    for number in range(5):
        events, daily = f"events_{number}", f"daily_{number}"
        (project / "datasources" / f"{events}.datasource").write_text(_datasource())
        (project / "datasources" / f"{daily}.datasource").write_text(_DAILY)
        (project / "materializations" / f"by_day_{number}.pipe").write_text(
            _BY_DAY.format(events=events, daily=daily)
        )
    for number in range(35):
        endpoint = ENDPOINTS[number % len(ENDPOINTS)]
        text = endpoint.pipe.replace("FROM events", f"FROM events_{number % 5}")
        (project / "endpoints" / f"endpoint_{number}.pipe").write_text(text)
    return project


def batch(rows: int) -> bytes:
    """Write so many events as NDJSON, each as long as a real one."""
    return "\n".join(json.dumps(_event()) for _ in range(rows)).encode()


def _event() -> dict[str, object]:
    properties = {"path": f"/p/{random.randrange(100)}", "ref": random.choice(EVENTS)}
    minute = random.randrange(28 * 24 * 60)
    day, hour = 1 + minute // (24 * 60), minute // 60 % 24
    return {
        "tenant_id": random.choice(TENANTS),
        "user_id": f"user_{random.randrange(10_000)}",
        "session_id": uuid.UUID(int=random.getrandbits(128)).hex,
        "event_id": uuid.UUID(int=random.getrandbits(128)).hex,
        "event": random.choice(EVENTS),
        "timestamp": f"2026-11-{day:02}T{hour:02}:{minute % 60:02}:00.000Z",
        "properties": json.dumps(properties),
        "amount": random.random() * 100,
        "position": random.randrange(1000),
    }


def _project(folder: Path) -> Path:
    project = folder / "tinybird"
    for name in ("datasources", "materializations", "endpoints"):
        (project / name).mkdir(parents=True, exist_ok=True)
    return project


def _datasource() -> str:
    columns = [f"    `{name}` {type_} `json:$.{name}`" for name, type_ in COLUMNS.items()]
    schema = ",\n".join(columns)
    return f'SCHEMA >\n{schema}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "{SORTING_KEY}"\n'


_DAILY = """SCHEMA >
    `day` Date,
    `tenant_id` String,
    `hits` AggregateFunction(count)

ENGINE "AggregatingMergeTree"
ENGINE_SORTING_KEY "tenant_id, day"
"""
_BY_DAY = """NODE days
SQL >
    SELECT toDate(timestamp) AS day, tenant_id, countState() AS hits FROM {events}
    GROUP BY day, tenant_id

TYPE materialized
DATASOURCE {daily}
"""
