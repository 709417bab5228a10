"""The README of the library lists what is public."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import roost

README = Path(roost.__file__).parents[2] / "README.md"


def _listed(heading: str) -> str:
    text = README.read_text().split(f"### {heading}\n")[1]
    return re.split(r"\n##+ ", text)[0]


def test_the_readme_lists_every_public_name() -> None:
    first_cells = re.findall(r"(?m)^\| (`.*?) \|", _listed("`roost`"))

    named = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]

    assert sorted(named) == sorted(roost.__all__)


@pytest.mark.parametrize("room", ["fastapi", "flask", "django", "litestar", "testing"])
def test_the_readme_lists_every_public_name_of_a_room(room: str) -> None:
    row = re.search(rf"(?m)^\| `roost\.{room}` \| (.*) \|$", _listed("The rooms"))
    assert row is not None

    named = set(re.findall(r"`(\w+)`", row[1]))

    assert set(importlib.import_module(f"roost.{room}").__all__) <= named


def test_every_public_name_is_there_and_documented() -> None:
    for name in set(roost.__all__) - {"__version__"}:
        assert getattr(roost, name).__doc__, name
