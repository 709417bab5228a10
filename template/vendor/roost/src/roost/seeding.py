"""Demo data: what the owner's `seed.py` gets, and what it raises."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Mapping

from roost.project import Project


class SeedImpossible(Exception):
    """There is nobody to seed, or Tinybird did not take the events; the sentence says which."""


async def seed(project: Project, events: int, days: int) -> None:
    """Run the owner's `seed.py`: `async def seed(services, pairs, events, days)`.

    Raises: SeedImpossible: there is no such file, or the devstack did not start this process.
    """
    package = project.import_name.rpartition(".")[0]
    name = f"{package}.seed" if package else "seed"
    if importlib.util.find_spec(name) is None:
        raise SeedImpossible(f"{name} is missing: write `async def seed(services, pairs, ...)`.")
    pairs = demo_pairs(os.environ)
    async with project.make_services() as services:
        await importlib.import_module(name).seed(services, pairs, events, days)


def demo_pairs(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Read the (user, tenant) pairs that the devstack passes on.

    Raises: SeedImpossible: the devstack did not start this process.
    """
    text = environ.get("DEMO_PAIRS")
    if not text:
        raise SeedImpossible("There are no demo tenants here: run `uv run poe seed`.")
    return [(user, tenant) for user, tenant in json.loads(text)]
