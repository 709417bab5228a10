"""Where projects have what their owners edit: 0.4.0 made a library of the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PACKAGE = "src/acme_analytics"
LIBRARY = "vendor/roost/src/roost"
# Below a room: which file, before which text, and what is written there.
Route = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Era:
    """The files of a project of some releases, each where it is and where an update takes it.

    Attributes:
        limits: the module of the product's in which a line is changed.
        room: where the files of a route stand; `{}` is the framework.
        routes: what makes a route of the owner's in each framework.
        reports: a module of the owner's.
        renamed: a test, and what its owner calls it.
        gone: the names of an edited test that the releases have taken away.
    """

    limits: tuple[str, str]
    room: tuple[str, str]
    routes: Mapping[str, Sequence[Route]]
    reports: tuple[str, str]
    renamed: tuple[str, str]
    gone: tuple[str, ...] = ()
