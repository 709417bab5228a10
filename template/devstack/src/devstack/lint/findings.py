"""What the lint can say: its rules and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# README.md of this folder shows the same table; a test compares them.
RULES: Mapping[str, str] = {
    "TENANT01": "a node reads a tenant table without filtering it",
    "TENANT02": "a node filters a tenant table where that comes too late or lets rows through",
    "TENANT03": "the parameter tenant_id is optional, has a default, is an Array or is asked for",
    "TENANT04": "the sorting key of a tenant table does not start with tenant_id",
    "TENANT05": "a materialization drops or changes tenant_id, or mixes tenants",
    "TENANT06": "a materialization's target has no tenant_id in its key, so that it merges tenants",
    "TENANT07": "a copy pipe drops or changes tenant_id, or mixes tenants",
    "TENANT08": "a static token reads tenant data",
    "TENANT09": "a datasource without tenant_id is not declared shared",
    "TENANT10": "a template lets its caller choose a name, or write more than one value",
    "TENANT11": "the column tenant_id is no plain String that the ingestion sets",
    "TENANT12": "a tenant table is shared with a workspace, or a second token appends to it",
    "TENANT13": "a FORWARD_QUERY changes tenant_id or mixes tenants",
    "TENANT14": "a column of a tenant table has a type whose state its rows share",
    "TENANT15": "a node filters a tenant table, but not first and in PREWHERE",
    "POLICY01": "the policy names an endpoint that does not exist",
    "POLICY02": "an endpoint does not take what its grant fixes",
    "POLICY03": "no grant, PUBLIC_ENDPOINTS or GUEST_ENDPOINTS mentions an endpoint",
    "LINT01": "an exception names no rule that takes one, or gives no reason",
    "LINT02": "an exception excuses nothing",
    "LINT03": "a file or a node cannot be read",
    "LINT04": "a branch of a template cannot be read, so nobody knows what it reads",
    "LINT05": "the types of the endpoints are not those of the data project",
}
# Nobody excuses a broken exception, what cannot be read at all, or what a task writes anew.
EXCUSABLE = RULES.keys() - {"LINT01", "LINT02", "LINT03", "LINT05"}
# What a project that exists hears of, and a strict one must fix.
WARNINGS = frozenset({"TENANT14", "TENANT15"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One line of the lint; `file` relative to the project's root, `line` from 1.

    `anchor`: the line that an exception stands directly above; `is_warning`: it fails nothing.
    """

    file: str
    line: int
    rule: str
    sentence: str
    anchor: int
    is_warning: bool = False

    def __str__(self) -> str:
        sentence = f"warning: {self.sentence}" if self.is_warning else self.sentence
        return f"{self.file}:{self.line} {self.rule} {sentence}"
