"""The dev container: what it runs works, and it names the product's own versions and ports."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from ..product import stack


def test_it_installs_the_project(repository: Path) -> None:
    subprocess.run(
        ["sh", "-euc", _settings(repository)["updateContentCommand"]],
        cwd=repository,
        env=stack.clean_environment(),
        check=True,
    )


def test_it_installs_uv_as_the_makefile_does(default_render: Path) -> None:
    (wanted,) = re.findall(r"'uv[^']+'", (default_render / "Makefile").read_text())

    assert _settings(default_render)["onCreateCommand"] == f"pipx install {wanted}"


def test_it_forwards_the_ports_of_poe_dev_and_no_others_in_their_place(
    default_render: Path,
) -> None:
    settings = _settings(default_render)

    assert settings["forwardPorts"] == [8000, 7181, 7190]
    assert [settings["portsAttributes"][p]["requireLocalPort"] for p in ("8000", "7181", "7190")]


def test_python_is_the_same_everywhere(default_render: Path) -> None:
    named = {
        ".devcontainer/devcontainer.json": r"python:[\d.]+-(3\.\d+)-",
        "Dockerfile": r"FROM python:(3\.\d+)\.\d+-",
        ".github/workflows/ci.yml": r'python-version: "(.+)"',
        ".github/workflows/nightly.yml": r'python-version: "(.+)"',
    }

    found = {v for n, p in named.items() for v in re.findall(p, (default_render / n).read_text())}

    assert found == {"3.13"}


def _settings(project: Path) -> dict:
    return json.loads((project / ".devcontainer" / "devcontainer.json").read_text())
