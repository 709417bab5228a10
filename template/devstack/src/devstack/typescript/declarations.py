"""The declaration of a project's endpoints, which a page's type check reads. No I/O."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from ..lint.tenant_parameter import TENANT
from ..tinybird.project.endpoints import EndpointCatalog, EndpointEntry, ParameterEntry
from .types import key, parameter_type, row_type

Columns = Mapping[str, str]

_HEAD = """\
// What each endpoint of `tinybird/` takes and answers: written by `uv run poe endpoints`.

import "roost";

declare module "roost" {
  interface Endpoints {
"""
_END = "  }\n}\n"
_WIDTH = 100


def declaration(catalog: EndpointCatalog, rows: Mapping[str, Columns]) -> str:
    """Write the declaration of all endpoints.

    `tenant_id` is left out: the token fixes it. It may fix others, so that none has to be given.

    Args: rows: the columns of each endpoint, in their order, with ClickHouse's types.
    """
    lines = (line for entry in catalog["endpoints"] for line in _entry(entry, rows))
    return _HEAD + "".join(f"    {line}\n" for line in lines) + _END


def _entry(entry: EndpointEntry, rows: Mapping[str, Columns]) -> Iterator[str]:
    yield from _comment(entry["description"], 4)
    yield f"{key(entry['name'])}: {{"
    yield from _parameters([each for each in entry["parameters"] if each["name"] != TENANT])
    columns = rows.get(entry["name"])
    if columns is not None:
        yield "  row: {"
        yield from (f"    {key(name)}: {row_type(type_)};" for name, type_ in columns.items())
        yield "  };"
    yield "};"


def _parameters(parameters: list[ParameterEntry]) -> Iterator[str]:
    if not parameters:
        yield "  params: Record<string, never>;"
        return
    yield "  params: {"
    for parameter in parameters:
        yield from (f"    {line}" for line in _comment(parameter["description"], 8))
        yield f"    {key(parameter['name'])}?: {parameter_type(parameter['type'])};"
    yield "  };"


def _comment(text: str, indentation: int) -> Iterator[str]:
    # Nothing in it ends the comment.
    plain = " ".join(text.split()).replace("*/", "* /")
    if not plain:
        return
    if len(plain) + indentation + len("/**  */") <= _WIDTH:
        yield f"/** {plain} */"
        return
    yield "/**"
    yield from (f" * {line}" for line in textwrap.wrap(plain, _WIDTH - indentation - len(" * ")))
    yield " */"
