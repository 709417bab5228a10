"""The starters as data projects: as they are here, and as releases had them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from .tinybird_server import Server

REPOSITORY = Path(__file__).parents[3]
RELEASES: dict[str, str] = tomllib.loads((REPOSITORY / "releases.toml").read_text())["releases"]
MERGE = Path(__file__).with_name("merge_parts.py")


def bring_starter(name: str, root: Path) -> None:
    """Make `root`'s data project the starter `name`, as the working tree has it."""
    shutil.rmtree(root / "tinybird", ignore_errors=True)
    shutil.copytree(REPOSITORY / "tinybird" / name, root / "tinybird")


def bring_released(name: str, version: str, root: Path) -> None:
    """Make `root`'s data project the starter `name` of a release."""
    command = ["git", "archive", f"{RELEASES[version]}:tinybird/{name}"]
    packed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    shutil.rmtree(root / "tinybird", ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(root / "tinybird", filter="data")


def merge_parts(root: Path) -> None:
    """Merge every table of `root`'s workspace into one part a partition; no server runs."""
    subprocess.run([sys.executable, MERGE, root / ".devstack" / "tinybird"], check=True)


def append(server: Server, datasource: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Store rows by one request, so that they are one part."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with server.client() as client:
        answer = client.post(
            "/v0/events", params={"name": datasource, "wait": "true"}, content=lines.encode()
        )
    assert answer.json()["quarantined_rows"] == 0, answer.text
