"""The rules of a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..tinybird.errors import ApiError
from ..tinybird.resources import Node, Pipe, Project
from ..tinybird.tables import QUARANTINE
from ..tinybird.templates import parts
from .carried import lost_tenant, reads_tenants
from .datasources import has_tenant_in_key, is_tenant_table
from .filters import Leak, leaks
from .findings import Finding
from .places import Datafile
from .tenant_parameter import RIGHT, misuses
from .trial import NODES, TABLES, Trial, node_table

MOVING = {"materialized": "TENANT05", "copy": "TENANT07"}


@dataclass(frozen=True, slots=True)
class PipeFile:
    """A pipe and the file it stands in."""

    pipe: Pipe
    file: Datafile

    def at_node(self, node: Node, rule: str, sentence: str) -> Finding:
        """Make a finding at the line of a node."""
        line = self.file.node_line(node)
        return Finding(self.file.path, line, rule, sentence, line)


def tenant_tables(project: Project) -> frozenset[str]:
    """Return what holds rows of several tenants: tenant tables, and what moves their rows."""
    names = [name for name, source in project.datasources.items() if is_tenant_table(source)]
    moving = [pipe for pipe in project.pipes.values() if pipe.type in MOVING]
    return frozenset(
        [f"{TABLES}.{name}{end}" for name in names for end in ("", QUARANTINE)]
        + [node_table(pipe, node) for pipe in moving for node in pipe.nodes]
    )


def pipe_findings(trial: Trial, found: PipeFile, tables: frozenset[str]) -> Iterator[Finding]:
    """Check one pipe."""
    for node in found.pipe.nodes:
        yield from _parameter_findings(found, node)
        yield from _branch_findings(trial, found, node)
    if found.pipe.type in MOVING:
        yield from _moving_findings(trial, found, tables)
    else:
        for node in found.pipe.nodes:
            yield from _filter_findings(trial, found, node, tables)
    yield from _token_findings(trial, found, tables)


def reads_tenant_data(trial: Trial, pipe: Pipe, tables: frozenset[str]) -> bool:
    """Tell whether a pipe reads a tenant table, itself or through what it reads."""
    todo = [node_table(pipe, pipe.output)]
    nodes = {
        node_table(other, node): (other, node)
        for other in trial.project.pipes.values()
        for node in other.nodes
    }
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in tables and not name.startswith(f"{NODES}."):
            return True
        if name in nodes and name not in seen:
            seen.add(name)
            reading = trial.reading(*nodes[name])
            todo += reading.sources if reading else ()
    return False


def _parameter_findings(found: PipeFile, node: Node) -> Iterator[Finding]:
    if not node.templated:
        return
    try:
        split = parts(node.sql)
    except ApiError:
        # The trial reports what is no template.
        return
    anchor = found.file.node_line(node)
    for misuse in dict.fromkeys(misuses(split)):
        line = found.file.sql_line(node, misuse.line)
        yield Finding(found.file.path, line, "TENANT03", misuse.sentence, anchor)


def _branch_findings(trial: Trial, found: PipeFile, node: Node) -> Iterator[Finding]:
    reading = trial.reading(found.pipe, node)
    for line, text in reading.unread if reading else ():
        sentence = (
            f"ClickHouse cannot read this branch of {node.name}, whatever the others do:"
            f" {' '.join(text.split())} Give its parameters defaults, or make it a node of its own."
        )
        place = found.file.sql_line(node, line)
        yield Finding(found.file.path, place, "LINT04", sentence, found.file.node_line(node))


def _filter_findings(
    trial: Trial, found: PipeFile, node: Node, tables: frozenset[str]
) -> Iterator[Finding]:
    reading = trial.reading(found.pipe, node)
    if reading is None:
        return
    leaking = [leak for tree in reading.trees for leak in leaks(tree, tables)]
    # One sentence a table: a filter that stands in vain says more than none at all.
    by_table = {leak.table: leak for leak in sorted(leaking, key=lambda leak: bool(leak.near))}
    for leak in by_table.values():
        yield found.at_node(node, "TENANT02" if leak.near else "TENANT01", _leaking(node, leak))


def _leaking(node: Node, leak: Leak) -> str:
    mend = f"add `tenant_id = {RIGHT}` to the WHERE of the SELECT that reads it"
    if leak.near:
        return f"{node.name} filters {leak.table} {leak.near}: {mend}, joined by AND."
    return f"{node.name} reads {leak.table} without its tenant: {mend}, outside any condition."


def _moving_findings(trial: Trial, found: PipeFile, tables: frozenset[str]) -> Iterator[Finding]:
    pipe = found.pipe
    rule, output = MOVING[pipe.type], pipe.output
    for node in pipe.nodes:
        reading = trial.reading(pipe, node)
        problems = (lost_tenant(tree, tables) for tree in (reading.trees if reading else ()))
        lost = next(filter(None, problems), None)
        if lost:
            # What reads this node loses the tenant too: once is enough.
            mend = "select tenant_id as it is, group, join and limit by it"
            yield found.at_node(node, rule, f"{node.name} {lost}: {mend}.")
            return
    target = trial.project.datasources.get(output.datasource or "")
    last = trial.reading(pipe, output)
    if target is None or last is None or not any(reads_tenants(t, tables) for t in last.trees):
        return
    if not is_tenant_table(target):
        sentence = (
            f"{output.name} moves tenants' rows into {target.name}, which has no tenant_id:"
            " add the column and put it first in ENGINE_SORTING_KEY."
        )
        yield found.at_node(output, rule, sentence)
    elif rule == "TENANT05" and is_merged(trial, target.name):
        sentence = (
            f"{target.name} has no tenant_id in its key, so rows that {output.name} writes for"
            " different tenants merge: put it first in ENGINE_SORTING_KEY."
        )
        yield found.at_node(output, "TENANT06", sentence)


def is_merged(trial: Trial, name: str) -> bool:
    """Tell whether a materialization writes to a tenant table whose key has no tenant_id."""
    source = trial.project.datasources[name]
    fed = {pipe.output.datasource for pipe in trial.project.materialized}
    return name in fed and is_tenant_table(source) and not has_tenant_in_key(trial, source)


def _token_findings(trial: Trial, found: PipeFile, tables: frozenset[str]) -> Iterator[Finding]:
    for token in found.pipe.tokens:
        if token.permission == "READ" and reads_tenant_data(trial, found.pipe, tables):
            line = found.file.line_of("TOKEN", token.name)
            sentence = (
                f"The static token {token.name} reads tenant data through {found.pipe.name}, for"
                " any tenant_id: remove the line, and grant the endpoint in the policy."
            )
            yield Finding(found.file.path, line, "TENANT08", sentence, line)
