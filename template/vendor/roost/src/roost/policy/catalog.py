"""The data project's endpoints and the parameters that they declare."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Parameter(NamedTuple):
    """A parameter that a pipe declares, its own or one of a pipe that it reads."""

    name: str
    type: str
    required: bool
    description: str


class Endpoint(NamedTuple):
    """An endpoint of the data project; `public` has a READ token of its own.

    errors: status and text of what its template may refuse by `error()` and `custom_error()`,
    which is decided before a row is read.
    """

    name: str
    public: bool
    parameters: Mapping[str, Parameter]
    description: str = ""
    errors: frozenset[tuple[int, str]] = frozenset()


Catalog = Mapping[str, Endpoint]


class CatalogMissing(Exception):
    """There is no `endpoints.json`; the sentence says how to make it."""


def load_catalog(path: Path) -> Catalog:
    """Read `endpoints.json`, which the devstack writes from the data project.

    Raises: CatalogMissing.
    """
    if not path.is_file():
        raise CatalogMissing(f"{path} is missing: `devstack endpoints --write` makes it.")
    return parse_catalog(path.read_text(encoding="utf-8"))


def parse_catalog(text: str) -> Catalog:
    """Read the text of `endpoints.json`."""
    entries = json.loads(text)["endpoints"]
    return {entry["name"]: _endpoint(entry) for entry in entries}


def _endpoint(entry: Mapping[str, object]) -> Endpoint:
    listed = entry["parameters"]
    parameters = [_parameter(parameter) for parameter in listed] if isinstance(listed, list) else []
    return Endpoint(
        name=str(entry["name"]),
        public=entry["public"] is True,
        parameters={parameter.name: parameter for parameter in parameters},
        description=str(entry.get("description") or ""),
        errors=frozenset(_errors(entry.get("errors"))),
    )


def _errors(listed: object) -> Iterator[tuple[int, str]]:
    # Absent in a file that was written before there were any.
    for entry in listed if isinstance(listed, list) else []:
        status, text = entry["status"], entry["text"]
        if isinstance(status, int) and isinstance(text, str):
            yield status, text


def _parameter(entry: Mapping[str, object]) -> Parameter:
    return Parameter(
        name=str(entry["name"]),
        type=str(entry["type"]),
        required=entry["required"] is True,
        description=str(entry.get("description") or ""),
    )
