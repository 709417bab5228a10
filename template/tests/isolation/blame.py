"""Which node reads the foreign row: each node is run by itself, without and with that row."""

from __future__ import annotations

from dataclasses import dataclass

from .leaks import Leak
from .project import TENANT, Node, Project
from .workspace import Workspace

Results = dict[tuple[str, str], list[bytes]]


@dataclass(frozen=True, slots=True)
class Culprit:
    """The node that lets foreign rows in, how that is known, and whether it is certain."""

    node: Node
    reason: str
    is_sure: bool = True


def find_culprit(workspace: Workspace, project: Project, leak: Leak) -> Culprit:
    """Return the first node whose result depends on the foreign rows while its inputs do not.

    A node that reads a rollup is not to blame where the rollup itself mixes tenants up.
    """
    nodes = project.nodes_behind(leak.request.endpoint)
    alone = _results(workspace, project, leak, nodes, with_others=False)
    together = _results(workspace, project, leak, nodes, with_others=True)
    changed = [node for node in nodes if alone[_key(node)] != together[_key(node)]]
    if not changed:
        reason = "the answer depends on the row, but no node's own result does: look at all of them"
        return Culprit(nodes[-1], reason, is_sure=False)
    mixed = {
        name
        for name in project.targets
        if not project.tables[name].has_tenant or alone["", name] != together["", name]
    }
    return _rollup(project, changed[0], mixed) or _plain(project, changed[0])


def _plain(project: Project, node: Node) -> Culprit:
    tables = [name for name in project.tables_of(node) if project.tables[name].has_tenant]
    if tables:
        reason = f"it reads {', '.join(tables)}, and its result depends on other tenants' rows"
        return Culprit(node, reason)
    reason = "its result is the first that depends on the row, but it names no tenant table"
    return Culprit(node, reason, is_sure=False)


def _rollup(project: Project, node: Node, mixed: set[str]) -> Culprit | None:
    # The first in a chain of rollups: its source is sound.
    for table in project.tables_of(node):
        if table not in mixed:
            continue
        writers = project.writers(table)
        for writer in writers:
            if deeper := _rollup(project, writer.nodes[-1], mixed):
                return deeper
        fault = "mixes tenants up: " if project.tables[table].has_tenant else f"drops {TENANT}: "
        reason = f"it fills {table}, which {fault}keep {TENANT} in its rows and its sorting key"
        return Culprit(writers[0].nodes[-1], reason, is_sure=len(writers) == 1)
    return None


def _results(
    workspace: Workspace,
    project: Project,
    leak: Leak,
    nodes: tuple[Node, ...],
    *,
    with_others: bool,
) -> Results:
    workspace.fill(project, leak.own + leak.others if with_others else leak.own)
    parameters = leak.request.parameters
    found = {_key(node): workspace.node_rows(node, parameters) for node in nodes}
    tenant = leak.request.fixed.get(TENANT)
    for name in project.targets:
        rows = tenant is not None and project.tables[name].has_tenant
        found["", name] = workspace.table_rows(name, tenant or "") if rows else []
    return found


def _key(node: Node) -> tuple[str, str]:
    return node.pipe, node.name
