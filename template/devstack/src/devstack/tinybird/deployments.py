"""What a build or a deploy changes, as the CLI is told. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .resources import Datasource, Pipe, Project


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind of resource, each list sorted."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two projects."""

    datasources: Names
    pipes: Names

    def __bool__(self) -> bool:
        return any(
            (names.new, names.changed, names.deleted) != ((), (), ())
            for names in (self.datasources, self.pipes)
        )

    def as_json(self) -> dict[str, list[str]]:
        """Return the nine lists that the CLI reads."""
        return {
            f"{change}_{kind}_names": list(getattr(names, change))
            for kind, names in (
                ("datasource", self.datasources),
                ("pipe", self.pipes),
                ("data_connector", Names((), (), ())),
            )
            for change in ("new", "changed", "deleted")
        }


def changes(old: Project, new: Project) -> Changes:
    """Compare two projects by the texts of their files."""
    return Changes(
        datasources=_names(old.datasources, new.datasources), pipes=_names(old.pipes, new.pipes)
    )


def schema_problem(old: Datasource, new: Datasource, *, has_rows: bool, is_fed: bool) -> str | None:
    """Say why the rows of `old` cannot be kept under the schema of `new`; None if they can.

    Source: https://www.tinybird.co/docs/forward/test-and-deploy/evolve-data-source
    """
    if not has_rows or is_fed or new.forward_query:
        return None
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    removed = sorted(before.keys() - after.keys())
    retyped = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    if not removed and not retyped:
        return None
    parts = [f"column '{name}' is gone" for name in removed]
    parts += [f"column '{name}' changes from {before[name]} to {after[name]}" for name in retyped]
    return (
        f"The schema changes ({'; '.join(parts)}) and the datasource has rows. "
        "Add a FORWARD_QUERY that says how the rows are kept."
    )


def destructive(change: Changes) -> tuple[str, ...]:
    """Name the datasources whose rows a deployment would delete."""
    return change.datasources.deleted


def warnings(project: Project) -> list[dict[str, str]]:
    """Return the feedback on what is accepted here and does nothing."""
    found = [
        (f"{source.name}.datasource", "its connector is not emulated: no rows flow in")
        for source in project.datasources.values()
        if source.connector
    ]
    found += [
        (f"{pipe.name}.pipe", f"{pipe.type} pipes are stored, but never run")
        for pipe in project.pipes.values()
        if pipe.type in ("copy", "sink")
    ]
    return [
        {"level": "WARNING", "resource": resource, "message": message}
        for resource, message in found
    ]


def _names(
    old: Mapping[str, Datasource] | Mapping[str, Pipe],
    new: Mapping[str, Datasource] | Mapping[str, Pipe],
) -> Names:
    return Names(
        new=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        deleted=tuple(sorted(old.keys() - new.keys())),
    )
