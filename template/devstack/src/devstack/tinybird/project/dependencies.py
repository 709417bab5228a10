"""What a datasource feeds: the datasources that materializations fill from it."""

from __future__ import annotations

from .endpoints import read_names
from .resources import Project


def fed_from(project: Project, name: str) -> dict[str, list[str]]:
    """Return the datasources that are filled from one, in cascade, each with the pipes that do."""
    fed: dict[str, list[str]] = {}
    waiting = [name]
    while waiting:
        for pipe, target in _materializations(project, waiting.pop()):
            if target not in fed:
                waiting.append(target)
            fed.setdefault(target, []).append(pipe)
    return fed


def _materializations(project: Project, source: str) -> list[tuple[str, str]]:
    return [
        (pipe.name, pipe.output.datasource)
        for pipe in project.pipes.values()
        if pipe.type == "materialized" and pipe.output.datasource and source in read_names(pipe)
    ]
