"""What a starter costs beside that of a release: `uv run python -m bench.scaling.against_release`.

Both hold the same rows and answer the same tenant in turns; every figure is a ratio, new to old.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import dotenv
import httpx2

from tests.product import installed
from tests.rendering import REPOSITORY
from tests.updates.releases import RELEASES

from .. import machine
from ..report import table
from .__main__ import ENDPOINTS, FIXED
from .served import Project, Size, tinybird

TABLES = ("events", "events_hourly")


@dataclass(frozen=True, slots=True)
class Contender:
    """A project that serves one version of the starter, and how to ask it."""

    project: Project
    client: httpx2.Client
    tokens: dict[str, str]

    def took_ms(self, name: str) -> float:
        """Ask an endpoint once."""
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        since = time.perf_counter()
        answer = self.client.get(f"/v0/pipes/{name}.json", params=ENDPOINTS[name], headers=headers)
        took_ms = (time.perf_counter() - since) * 1000
        assert answer.raise_for_status().json()["rows"] > 0, f"{name} answered no row"
        return took_ms

    def size_bytes(self, name: str) -> int:
        """Return what a table takes on disk."""
        token = dotenv.dotenv_values(self.project.root / ".env.local")["TINYBIRD_ADMIN_TOKEN"]
        answer = self.client.get(
            f"/v0/datasources/{name}", headers={"Authorization": f"Bearer {token}"}
        )
        return answer.raise_for_status().json()["statistics"]["bytes"]


def main() -> None:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", default=list(RELEASES)[-1])
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30, help="requests of each endpoint")
    options = parser.parse_args()
    load, size = machine.load(), Size(options.tenants, options.rows)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        new = Project(installed(Path(folder) / "new"))
        old = _with_released(new, Path(folder) / "old", options.release)
        contenders = [running.enter_context(_serving(one, size)) for one in (old, new)]
        print("\n".join([*machine.place(load), f"{size.name}.", "", *_lines(contenders, options)]))


def _lines(contenders: list[Contender], options: argparse.Namespace) -> list[str]:
    rows = [_row(f"{name}, bytes", [one.size_bytes(name) for one in contenders]) for name in TABLES]
    took = {name: ([], []) for name in ENDPOINTS}
    # The first rounds open files and fill caches.
    for number in range(-3, options.rounds):
        for name, times in took.items():
            for one, ms in zip(contenders, times, strict=True):
                found = one.took_ms(name)
                if number >= 0:
                    ms.append(found)
    rows += [_row(f"{name}, ms", [statistics.median(ms) for ms in took[name]]) for name in took]
    return table(["", options.release, "now", "ratio"], rows)


def _row(name: str, figures: list[float]) -> list[str]:
    old, new = figures
    return [name, f"{old:,.1f}", f"{new:,.1f}", f"{new / old:.2f}"]


def _with_released(project: Project, root: Path, version: str) -> Project:
    shutil.copytree(project.root, root, symlinks=True)
    shutil.rmtree(root / "tinybird")
    command = ["git", "archive", f"{RELEASES[version]}:tinybird/product_analytics"]
    packed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(root / "tinybird", filter="data")
    return Project(root)


@contextlib.contextmanager
def _serving(project: Project, size: Size) -> Generator[Contender]:
    directory = project.root / "data"
    with tinybird(project, directory) as port:
        project.run("tb", "build", port=port)
    project.fill(directory, size)
    with (
        tinybird(project, directory) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        tokens = {name: project.token(name, FIXED.get(name, {})) for name in ENDPOINTS}
        yield Contender(project, client, tokens)


if __name__ == "__main__":
    main()
