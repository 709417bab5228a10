"""One variant, and the pieces that its files are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TENANT = "{{ String(tenant_id, required=True) }}"
MINE = f"PREWHERE tenant_id = {TENANT}"


@dataclass(frozen=True, slots=True)
class Variant:
    """Files to write into `tinybird/`, path to text; where rows show, the endpoint is `name`.

    `rule`: what the lint says of a leak; None where the proof alone can tell.
    `is_late`: a safe one that filters outside of PREWHERE, so a strict lint refuses it.
    `builds`: `tb build` takes it.
    """

    name: str
    files: Mapping[str, str]
    rule: str | None = None
    is_late: bool = False
    builds: bool = True


def endpoint(name: str, sql: str, **nodes: str) -> dict[str, str]:
    """Return the file of an endpoint: `nodes` in their order, and last one of `sql`."""
    return {f"endpoints/{name}.pipe": pipe({**nodes, f"{name}_rows": sql}, "TYPE endpoint\n")}


def pipe(nodes: Mapping[str, str], end: str = "") -> str:
    """Return the text of a pipe; every node is a template."""
    blocks = []
    for name, sql in nodes.items():
        lines = "\n".join(f"    {line}" for line in sql.splitlines())
        blocks.append(f"NODE {name}\nSQL >\n    %\n{lines}\n")
    return "\n".join([*blocks, end])


def datasource(
    name: str,
    *columns: str,
    key: str = "tenant_id",
    engine: str = "MergeTree",
    head: str = "",
    end: str = "",
) -> dict[str, str]:
    """Return the file of a datasource."""
    schema = ",\n".join(f"    {column}" for column in columns)
    text = f'{head}SCHEMA >\n{schema}\n\nENGINE "{engine}"\nENGINE_SORTING_KEY "{key}"\n{end}'
    return {f"datasources/{name}.datasource": text}


def rollup(target: str, sql: str) -> dict[str, str]:
    """Return the file of a materialization of one node."""
    end = f"TYPE materialized\nDATASOURCE {target}\n"
    # A materialization takes no parameter, so it is no template.
    text = pipe({f"{target}_states": sql}, end).replace("    %\n", "")
    return {f"materializations/{target}_fill.pipe": text}


def copied(target: str, sql: str) -> dict[str, str]:
    """Return the file of a copy pipe of one node, run on demand."""
    end = f"TYPE copy\nTARGET_DATASOURCE {target}\nCOPY_SCHEDULE @on-demand\n"
    text = pipe({f"{target}_snapshot": sql}, end).replace("    %\n", "")
    return {f"copies/{target}_copy.pipe": text}
