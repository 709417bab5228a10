"""The jobs of a workspace: each is done when it is answered, and remembered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..data.rows import Outcome
from ..errors import NotFound
from ..state import State, now
from .journal import Journal

KIND = "jobs"
MOST_KEPT = 100


class Jobs:
    """The last `MOST_KEPT` jobs."""

    def __init__(self, state: State, workspace_id: str, journal: Journal) -> None:
        self._state, self._id, self._journal = state, workspace_id, journal
        self._jobs: dict[str, dict[str, Any]] = state.all(workspace_id, KIND)

    def all(self, *, status: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the jobs, the newest first."""
        found = sorted(self._jobs.values(), key=lambda job: job["created_at"], reverse=True)
        return [
            job for job in found if status in (None, job["status"]) and kind in (None, job["kind"])
        ]

    def find(self, id_: str) -> dict[str, Any]:
        """Raises: NotFound."""
        if id_ not in self._jobs:
            raise NotFound(f"Job '{id_}' not found")
        return self._jobs[id_]

    def note(
        self,
        kind: str,
        started_at: str,
        *,
        id_: str | None = None,
        error: str | None = None,
        **details: object,
    ) -> dict[str, Any]:
        """Remember a job that is over: done, or failed with `error`."""
        id_ = id_ or str(uuid.uuid4())
        job: dict[str, Any] = {
            "id": id_,
            "job_id": id_,
            "kind": kind,
            "status": "error" if error else "done",
            "created_at": started_at,
            "started_at": started_at,
            "updated_at": now(),
            "is_cancellable": False,
            **details,
        }
        if error:
            job["error"] = error
        self._keep(job)
        self._journal.note("jobs_log", self._logged(job, details))
        return job

    def note_import(self, started_at: str, outcome: Outcome, **details: object) -> None:
        """Remember an import under its own id; one whose every row was quarantined has failed."""
        counted = {"lines": outcome.successful, "quarantine": outcome.quarantined}
        counted |= {"invalid_lines": outcome.invalid, "empty_lines": 0}
        block = {"block_id": outcome.import_id, "status": "done", "process_return": [counted]}
        failed = outcome.quarantined > 0 and outcome.successful == 0
        self.note(
            "import",
            started_at,
            id_=outcome.import_id,
            error=outcome.complaint if failed else None,
            **details,
            quarantine_rows=outcome.quarantined,
            invalid_lines=outcome.invalid,
            blocks=[block],
        )

    def _keep(self, job: dict[str, Any]) -> None:
        self._state.put(self._id, KIND, {job["id"]: job})
        self._jobs[job["id"]] = job
        for old in self.all()[MOST_KEPT:]:
            self._state.remove(self._id, KIND, old["id"])
            del self._jobs[old["id"]]

    def _logged(self, job: Mapping[str, Any], details: Mapping[str, object]) -> dict[str, Any]:
        return {
            "job_id": job["id"],
            "job_type": job["kind"],
            "status": job["status"],
            "error": job.get("error"),
            "workspace_id": self._id,
            "pipe_id": details.get("pipe_id"),
            "datasource_id": details.get("datasource_id"),
            "created_at": job["created_at"],
            "started_at": job["started_at"],
            "updated_at": job["updated_at"],
            "job_metadata": "{}",
        }
