"""What a build or a deployment would change, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..data.rows import Rows
from ..project.datafiles import FileError
from ..project.resources import Project
from ..queries.namespace import Namespace
from ..sql.engine import Engine
from .changes import Changes, changes, destructive, schema_problem, token_changes, warnings
from .history import Deployment
from .passed import Passed
from .plans import movements, views_of
from .validation import validate


@dataclass(frozen=True, slots=True)
class Build:
    """The result of a build, a deploy or a check of one; `details` is what the CLI prints."""

    changes: Changes
    errors: tuple[FileError, ...]
    details: Mapping[str, Any]
    deployment: Deployment | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A project that was sent: its files, and what SQL can name under it."""

    files: Mapping[str, str]
    namespace: Namespace
    unreadable: tuple[FileError, ...]

    @property
    def project(self) -> Project:
        return self.namespace.project

    @property
    def paths(self) -> dict[str, str]:
        """The files by the names of their resources."""
        return {PurePosixPath(path).stem: path for path in self.files}


def checked(
    engine: Engine, rows: Rows, live: Project, wanted: Wanted, passed: Passed, *, destroy: bool
) -> Build:
    """Hold a project against the live one; nothing changes by it.

    Args: passed: what need not be tried again.  destroy: rows of datasources that it lacks may go.
    """
    difference = changes(live, wanted.project)
    errors = wanted.unreadable
    if not errors and difference:
        errors = _problems(engine, rows, live, wanted, passed, destroy=destroy)
    details = {
        "feedback": warnings(wanted.project),
        "token_changes": token_changes(live, wanted.project),
        "data_movements": [] if errors else movements(engine, wanted.namespace),
        **difference.as_json(),
    }
    return Build(difference, errors, details)


def _problems(
    engine: Engine, rows: Rows, live: Project, wanted: Wanted, passed: Passed, *, destroy: bool
) -> tuple[FileError, ...]:
    change = changes(live, wanted.project)
    if not destroy and destructive(change):
        lost = ", ".join(destructive(change))
        text = f"Deleting {lost} deletes rows: allow it with --allow-destructive-operations."
        return (FileError("", text),)
    found = validate(engine, wanted.namespace, wanted.paths, passed)
    return found or tuple(_schema_problems(rows, live, wanted, change))


def _schema_problems(rows: Rows, live: Project, wanted: Wanted, change: Changes) -> list[FileError]:
    fed = {view.target for view in views_of(wanted.namespace) if view.fills}
    problems = {
        name: schema_problem(
            live.datasources[name],
            wanted.project.datasources[name],
            has_rows=rows.any(name),
            is_fed=name in fed,
        )
        for name in change.datasources.changed
    }
    return [FileError(wanted.paths[name], text) for name, text in problems.items() if text]
