"""The file with the declaration: written from the data project, and compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..lint.findings import Finding
from ..lint.trial import Trial, create_tables, node_table, trial
from ..tinybird.project.datafiles import parse_project
from ..tinybird.project.endpoints import catalog, project_texts
from ..tinybird.project.resources import Pipe
from ..tinybird.project.resources import Project as Datafiles
from .declarations import Columns, declaration


def declared(folder: Path) -> str:
    """Write the declaration of the endpoints of the data project in `folder`.

    Raises: CatalogInvalid: a file cannot be parsed.
    """
    listed = catalog(folder)
    project, _ = parse_project(project_texts(folder))
    return declaration(listed, _rows(project))


def write_declaration(folder: Path, file: Path) -> None:
    """Write the declaration into `file`, if it changed."""
    text = declared(folder)
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


def declaration_findings(root: Path, folder: Path, file: Path) -> Iterator[Finding]:
    """Tell whether the declaration in `file` is that of the data project."""
    if not file.exists() or file.read_text("utf-8") != declared(folder):
        sentence = "These are not the endpoints that tinybird/ has: run `uv run poe endpoints`."
        yield Finding(file.relative_to(root).as_posix(), 1, "LINT05", sentence, 1)


def _rows(project: Datafiles) -> dict[str, Columns]:
    with trial(project) as opened:
        # What ClickHouse refuses is the lint's to say; rows that it cannot read have no type.
        create_tables(opened.engine, project.datasources)
        endpoints = [pipe for pipe in project.pipes.values() if pipe.type == "endpoint"]
        known = [pipe for pipe in endpoints if opened.reading(pipe, pipe.output) is not None]
        return {pipe.name: _columns(opened, pipe) for pipe in known}


def _columns(opened: Trial, pipe: Pipe) -> Columns:
    described = opened.engine.rows(f"DESCRIBE TABLE {node_table(pipe, pipe.output)}")
    return {name: type_ for name, type_, *_ in described}
