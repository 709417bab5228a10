"""What happens to datasources, noted for `tinybird.datasources_ops_log`."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from ..data.rows import Outcome
from ..errors import CRASHED, ApiError
from ..state import now
from .journal import Journal


@dataclass(slots=True)
class Operation:
    """An operation while it runs; who runs it adds what it finds out."""

    rows: int | None = None
    rows_quarantine: int | None = None
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    import_id: str | None = None
    job_id: str | None = None
    pipe_id: str = ""
    pipe_name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def note_outcome(running: Operation, outcome: Outcome) -> None:
    """Note what came of the rows that were sent."""
    running.import_id = outcome.import_id
    running.rows = running.written_rows = outcome.successful
    running.rows_quarantine = outcome.quarantined


@contextmanager
def operation(
    journal: Journal, event_type: str, datasource_id: str, datasource_name: str
) -> Generator[Operation]:
    """Note an operation on a datasource with its time and its end."""
    running, started_at, started = Operation(), now(), time.perf_counter()
    # What ends in neither of the two ways below is answered as a crash.
    result, error = "error", CRASHED
    try:
        yield running
        result, error = "ok", None
    except ApiError as refusal:
        result, error = "error", refusal.error
        raise
    finally:
        journal.note(
            "datasources_ops_log",
            {
                "timestamp": started_at,
                "event_type": event_type,
                "datasource_id": datasource_id,
                "datasource_name": datasource_name,
                "result": result,
                "elapsed_time": time.perf_counter() - started,
                "error": error,
                "Options.Names": list(running.options),
                "Options.Values": list(running.options.values()),
                "request_id": str(uuid4()),
                "import_id": running.import_id,
                "job_id": running.job_id,
                "rows": running.rows,
                "rows_quarantine": running.rows_quarantine,
                "operation_id": str(uuid4()),
                "read_rows": running.read_rows,
                "read_bytes": running.read_bytes,
                "written_rows": running.written_rows,
                "written_rows_quarantine": running.rows_quarantine or 0,
                "pipe_id": running.pipe_id,
                "pipe_name": running.pipe_name,
            },
        )
