"""A project as large as the largest public ones, and one of thirty endpoints with tests."""

from __future__ import annotations

from collections.abc import Mapping

# Together 427 files.
EVENTS, DAILY, SHARED, ENDPOINTS = 60, 40, 47, 240
SMALL = 30

_COLUMNS = (
    "    `tenant_id` String `json:$.tenant_id`",
    "    `timestamp` DateTime64(3) `json:$.timestamp`",
    "    `event` LowCardinality(String) `json:$.event`",
    "    `amount` Float64 `json:$.amount`",
    *(f"    `field_{number}` String `json:$.field_{number}`" for number in range(16)),
)
_SEP = ",\n"
_EVENTS = f"""SCHEMA >
{_SEP.join(_COLUMNS)}

ENGINE "MergeTree"
ENGINE_SORTING_KEY "tenant_id, timestamp"
"""
_DAILY = """SCHEMA >
    `day` Date,
    `tenant_id` String,
    `event` LowCardinality(String),
    `hits` AggregateFunction(count),
    `amount` AggregateFunction(sum, Float64)

ENGINE "AggregatingMergeTree"
ENGINE_SORTING_KEY "tenant_id, day, event"
"""
_BY_DAY = """NODE days
SQL >
    SELECT toDate(timestamp) AS day, tenant_id, event, countState() AS hits,
        sumState(amount) AS amount
    FROM events_@ GROUP BY day, tenant_id, event

TYPE materialized
DATASOURCE daily_@
"""
_SHARED = """NODE base
SQL >
    %
    SELECT * FROM events_@ WHERE tenant_id = {{ String(tenant_id, required=True) }}
    {% if defined(date_from) %} AND timestamp >= {{ DateTime(date_from) }} {% end %}

NODE narrowed
SQL >
    %
    SELECT * FROM base WHERE 1
    {% if defined(event) %} AND event = {{ String(event, 'a') }} {% end %}
"""
_ENDPOINT = """NODE selected
SQL >
    %
    SELECT tenant_id, timestamp, event, amount, field_1 AS field FROM @source
    WHERE tenant_id = {{ String(tenant_id, required=True) }}
    {% if defined(date_to) %} AND timestamp <= {{ DateTime(date_to) }} {% end %}

NODE by_event
SQL >
    %
    SELECT event, field, toStartOfHour(timestamp) AS hour, count() AS hits, sum(amount) AS total
    FROM selected GROUP BY event, field, hour

NODE history
SQL >
    %
    SELECT event, countMerge(hits) AS days, sumMerge(amount) AS amount FROM daily_@daily
    WHERE tenant_id = {{ String(tenant_id, required=True) }} GROUP BY event

NODE endpoint
SQL >
    %
    SELECT b.event AS event, b.field AS field, b.hour AS hour, b.hits AS hits, h.amount AS amount
    FROM by_event AS b LEFT JOIN history AS h ON b.event = h.event
    ORDER BY hits DESC LIMIT {{ Int32(limit, 10) }}

TYPE endpoint
"""
_SMALL = """NODE numbered
SQL >
    %
    SELECT {{ Int32(number, 1) }} AS number, count() AS hits FROM events_0

TYPE endpoint
"""
_TEST = """- name: none
  description: no rows
  parameters: number=2
  expected_result: |
    {"number":2,"hits":0}
"""


def large() -> dict[str, str]:
    """Return the 427 files by their paths."""
    files = {f"datasources/events_{n}.datasource": _EVENTS for n in range(EVENTS)}
    files |= {f"datasources/daily_{n}.datasource": _DAILY for n in range(DAILY)}
    files |= {
        f"materializations/by_day_{n}.pipe": _BY_DAY.replace("@", str(n)) for n in range(DAILY)
    }
    files |= {f"pipes/shared_{n}.pipe": _SHARED.replace("@", str(n)) for n in range(SHARED)}
    return files | {f"endpoints/endpoint_{n}.pipe": _endpoint(n) for n in range(ENDPOINTS)}


def edited(files: Mapping[str, str], number: int) -> dict[str, str]:
    """Return the files with one line of one endpoint changed, another way for each number."""
    path = "endpoints/endpoint_5.pipe"
    return {**files, path: files[path].replace("count() AS hits", f"count() + {number} AS hits")}


def small() -> dict[str, str]:
    """Return thirty endpoints and their datasource."""
    pipes = {f"endpoints/small_{n}.pipe": _SMALL for n in range(SMALL)}
    return {"datasources/events_0.datasource": _EVENTS, **pipes}


def small_tests() -> dict[str, str]:
    """Return a test file for each of the thirty."""
    return {f"tests/small_{n}.yaml": _TEST for n in range(SMALL)}


def _endpoint(number: int) -> str:
    source = f"shared_{number % SHARED}" if number % 2 else f"events_{number % EVENTS}"
    text = _ENDPOINT.replace("@source", source)
    return text.replace("@daily", str(number % DAILY))
