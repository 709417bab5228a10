"""The files of a small data project, which keeps its tenants apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

EVENTS = """SCHEMA >
    `tenant_id` String `json:$.tenant_id`,
    `event` String `json:$.event`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "tenant_id, event"
"""
COUNTRIES = """SCHEMA >
    `name` String `json:$.name`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "name"
"""
PIPE = """NODE counted
SQL >
    %
    SELECT event, count() AS hits FROM events
    PREWHERE tenant_id = {{ String(tenant_id, required=True) }}
    GROUP BY event ORDER BY event

TYPE endpoint
"""
FILTER = "    PREWHERE tenant_id = {{ String(tenant_id, required=True) }}\n"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files that everybody may read into a folder, and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o644)
    return folder
