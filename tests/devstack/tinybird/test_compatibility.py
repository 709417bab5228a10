"""COMPATIBILITY.md tells the truth about which commands there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import devstack
from tinybird.tb.cli import cli

PAGE = Path(devstack.__file__).parents[2] / "COMPATIBILITY.md"


def test_the_page_has_each_command_of_the_cli_once_with_its_state() -> None:
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", _commands_section(), re.MULTILINE)
    listed = [name for names, _ in rows for name in re.findall(r"`([^`]+)`", names)]

    assert sorted(listed) == sorted(_commands(cli))
    assert {state for _, state in rows} == {"works", "501", "not emulated"}


def _commands_section() -> str:
    return PAGE.read_text().split("## Commands")[1].split("\n## ")[0]


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif not command.hidden:
            yield " ".join((*path, name))
