"""What the rooms of the embedded Tinybird import: each takes from those before it alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import devstack

# From what needs nothing to what needs the rest; folders are rooms, the others single modules.
ROOMS = (
    *("errors", "state", "cli"),
    *("sql", "project", "data", "tokens", "monitoring", "queries", "deployments", "workspaces"),
    *("http", "api", "page", "app", "server"),
)
PACKAGE = "devstack.tinybird"
SOURCES = Path(devstack.__file__).parent
# What the devstack's other parts may use of it; the rest is reached over HTTP.
FOR_OTHERS = {"cli", "data", "errors", "project", "server", "sql"}
REPORTS = "tinybird.tb.modules.telemetry"
LOADED = "import sys; from devstack.tinybird import server; print(sorted(sys.modules))"


def test_a_room_imports_from_earlier_rooms_alone() -> None:
    order = {name: at for at, name in enumerate(ROOMS)}

    backwards = [
        f"{importer} -> {imported}"
        for importer, imported in arrows(SOURCES / "tinybird")
        if imported.startswith(f"{PACKAGE}.")
        and room(importer) != room(imported)
        and order[room(importer)] <= order[room(imported)]
    ]

    assert backwards == []


def test_no_module_imports_itself_by_a_detour() -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in arrows(SOURCES):
        graph.setdefault(importer, set()).add(imported)

    in_order = list(TopologicalSorter(graph).static_order())

    assert f"{PACKAGE}.server" in in_order


def test_a_room_holds_at_most_twelve_modules() -> None:
    sizes = {
        folder.name: len([path for path in folder.glob("*.py") if path.stem != "__init__"])
        for folder in (SOURCES / "tinybird").iterdir()
        if (folder / "__init__.py").exists()
    }

    assert set(sizes) < set(ROOMS)
    assert {name: size for name, size in sizes.items() if size > 12} == {}


def test_the_rest_of_the_devstack_uses_what_reads_files_and_sql() -> None:
    used = {
        room(imported)
        for importer, imported in arrows(SOURCES)
        if imported.startswith(f"{PACKAGE}.") and not importer.startswith(PACKAGE)
    }

    assert used == FOR_OTHERS


def test_nothing_is_loaded_for_data_frames_or_for_the_reports_of_the_cli() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], stdout=subprocess.PIPE, check=True)
    names = set(ast.literal_eval(loaded.stdout.decode()))

    assert "chdb" in names
    assert names & {"pandas", "pyarrow", "numpy", "requests", REPORTS} == set()


def arrows(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (importer, imported) for each import of a module of the devstack by another one."""
    for path in folder.rglob("*.py"):
        package = ".".join(("devstack", *path.parent.relative_to(SOURCES).parts))
        importer = f"{package}.{path.stem}".removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package.rsplit(".", node.level - 1)[0]
                module = ".".join(filter(None, (base, node.module)))
                yield from ((importer, one) for one in _modules(module, node))


def _modules(module: str, node: ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        named = f"{module}.{alias.name}"
        yield named if _is_module(named) else module


def _is_module(name: str) -> bool:
    path = SOURCES.parent / name.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir()


def room(module: str) -> str:
    return module.removeprefix(f"{PACKAGE}.").split(".")[0]
