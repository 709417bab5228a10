"""Render all four backends, measure them, print the tables, write results.md."""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.product import installed
from tests.rendering import choices

from . import footprint, machine, rendering, report, session_cost, throughput
from .former import former_project
from .served import APP, served
from .visitors import Visitors

RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    """Measure everything once."""
    options = _parser().parse_args()
    session_cost.install_node_packages()
    with tempfile.TemporaryDirectory() as folder:
        projects = {backend: _project(Path(folder), backend) for backend in choices("backend")}
        former = options.against and _former(Path(folder) / "former", options.against)
        text = _measure(projects, options.rounds, former)
    print(text)
    RESULTS.write_text(text)


def _measure(projects: dict[str, Path], rounds: int, former: tuple[str, Path] | None = None) -> str:
    load, node, visitors = machine.load(), session_cost.node_command(), Visitors()
    _tell("sessions")
    costs = session_cost.measure(next(iter(projects.values())), node, rounds, former)
    _tell("renders")
    renders = rendering.measure(rounds)
    _tell("imports")
    imports = footprint.measure_imports(projects, visitors.usual_environment, rounds)
    with contextlib.ExitStack() as running:
        apps = [
            running.enter_context(served(backend, project, visitors.environment))
            for backend, project in projects.items()
        ]
        megabytes = {app.backend: footprint.worker_megabytes(app, visitors) for app in apps}
        _tell("requests a second")
        throughputs = throughput.measure(apps, visitors, rounds)
    lines = [
        "# Results",
        "",
        "Written by `make bench`; README.md says how to read it.",
        "",
        *machine.describe(node, load),
        f"Medians of {rounds} rounds, of sessions {rounds * session_cost.SHORT_ROUNDS} "
        "(quartiles of the rounds in brackets).",
        "",
        "## From a header or cookie to a verified session with a Tinybird token at hand",
        "",
        *report.session_table(costs),
        "",
        f"## GET /api/me at {throughput.CONNECTIONS} connections, one worker",
        "",
        *report.throughput_table(throughputs),
        "",
        "## Before any work",
        "",
        *report.footprint_table(imports, megabytes),
        "",
        "## copier copy",
        "",
        *report.rendering_table(renders),
        "",
        "## Goals",
        "",
        *report.verdicts(costs, throughputs, imports, megabytes),
        report.rendering_verdict(renders),
    ]
    return "\n".join(lines) + "\n"


def _project(folder: Path, backend: str) -> Path:
    _tell(f"rendering {backend}")
    project = installed(folder / backend, backend=backend)
    # Built here, so that no server starts by doing it.
    subprocess.run([*APP, "assets"], cwd=project, check=True, stderr=subprocess.DEVNULL)
    return project


def _former(folder: Path, commit: str) -> tuple[str, Path]:
    _tell(f"rendering {commit}")
    former_project(folder, commit, ".")
    return f"the commit {commit}", folder


def _tell(what: str) -> None:
    print(f"bench: {what} ...", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="of each measurement: 2 at least")
    parser.add_argument("--against", metavar="COMMIT", help="measure its sessions in the same run")
    return parser


if __name__ == "__main__":
    main()
