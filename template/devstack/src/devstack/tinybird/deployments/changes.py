"""What a build or a deploy changes, as the CLI is told. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..project.resources import Datasource, Project

_WORD = re.compile(r"\w+")


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
    connections: Names

    def __bool__(self) -> bool:
        return any(
            (names.new, names.changed, names.deleted) != ((), (), ())
            for names in (self.datasources, self.pipes, self.connections)
        )

    def as_json(self) -> dict[str, list[str]]:
        """Return the nine lists that the CLI reads."""
        return {
            f"{change}_{kind}_names": list(getattr(names, change))
            for kind, names in (
                ("datasource", self.datasources),
                ("pipe", self.pipes),
                ("data_connector", self.connections),
            )
            for change in ("new", "changed", "deleted")
        }


def changes(old: Project, new: Project) -> Changes:
    """Compare two projects by the texts of their files."""
    return Changes(
        datasources=_names(old.datasources, new.datasources),
        pipes=_names(old.pipes, new.pipes),
        connections=_names(old.connections, new.connections),
    )


def token_changes(old: Project, new: Project) -> list[dict[str, Any]]:
    """Return what the TOKEN lines of two projects grant differently, as the CLI prints it."""
    before, after = _grants(old), _grants(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        added = after.get(name, frozenset()) - before.get(name, frozenset())
        removed = before.get(name, frozenset()) - after.get(name, frozenset())
        if added or removed:
            kind = "new" if name not in before else "modified" if name in after else "deleted"
            permissions = {
                "added_permissions": _permissions(added),
                "removed_permissions": _permissions(removed),
            }
            found.append(
                {"token_name": name, "change_type": kind, "permission_changes": permissions}
            )
    return found


def schema_problem(old: Datasource, new: Datasource, *, has_rows: bool, is_fed: bool) -> str | None:
    """Say why the rows of `old` cannot be kept under the schema of `new`; None if they can.

    Source: https://www.tinybird.co/docs/forward/test-and-deploy/evolve-data-source
    """
    if not has_rows or (is_fed and not new.forward_query):
        return None
    before = {column.name: column.type for column in old.columns}
    after = {column.name: column.type for column in new.columns}
    retyped = sorted(
        name
        for name in before.keys() & after.keys()
        if after[name] not in (before[name], _nullable(before[name]))
    )
    # One that was kept from an earlier change says nothing of the columns that it does not name.
    named = set(_WORD.findall(new.forward_query or ""))
    parts = [
        f"column '{name}' changes from {before[name]} to {after[name]}"
        for name in retyped
        if name not in named
    ]
    if not parts:
        return None
    return (
        f"The schema changes ({'; '.join(parts)}) and the datasource has rows. "
        "Add a FORWARD_QUERY that says how the rows are kept."
    )


def _nullable(type_: str) -> str:
    if type_.startswith("LowCardinality("):
        return type_.replace("(", "(Nullable(", 1) + ")"
    return f"Nullable({type_})"


def destructive(change: Changes) -> tuple[str, ...]:
    """Name the datasources whose rows a deployment would delete."""
    return change.datasources.deleted


def warnings(project: Project) -> list[dict[str, str]]:
    """Return the feedback on what is accepted here and does nothing."""
    found = [
        (f"{source.name}.datasource", "connectors do not run locally: no rows flow in")
        for source in project.datasources.values()
        if source.connection
    ]
    found += [
        (f"{pipe.name}.pipe", "sinks do not run locally: no rows flow out")
        for pipe in project.pipes.values()
        if pipe.type == "sink"
    ]
    return [
        {"level": "WARNING", "resource": resource, "message": message}
        for resource, message in found
    ]


Grants = frozenset[tuple[str, str, str]]


def _grants(project: Project) -> dict[str, Grants]:
    found: dict[str, set[tuple[str, str, str]]] = {}
    for kind, resources in (("datasource", project.datasources), ("pipe", project.pipes)):
        for resource in resources.values():
            for grant in resource.tokens:
                entry = (resource.name, kind, grant.permission)
                found.setdefault(grant.name, set()).add(entry)
    return {name: frozenset(entries) for name, entries in found.items()}


def _permissions(entries: Grants) -> list[dict[str, str]]:
    return [
        {"resource_name": name, "resource_type": kind, "permission": permission}
        for name, kind, permission in sorted(entries)
    ]


def _names(old: Mapping[str, object], new: Mapping[str, object]) -> Names:
    return Names(
        new=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        deleted=tuple(sorted(old.keys() - new.keys())),
    )
