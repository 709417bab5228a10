"""Importing a library without what it brings along and nothing here uses."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def left_out(*names: str) -> Generator[None]:
    """Let modules be empty for what is imported in the block; one that is loaded stays as it is.

    Whatever is taken from an empty one is a function that does nothing.
    """
    absent = set(names) - sys.modules.keys()
    for name in absent:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name])["__getattr__"] = _taken
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _taken(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    return _nothing


def _nothing(*_: object, **__: object) -> None:
    return None
