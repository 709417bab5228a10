"""Which node reads the foreign row: each node is run by itself, without and with that row."""

from __future__ import annotations

from dataclasses import dataclass

from .built import TENANT, BuiltProject, Node
from .leaks import Leak
from .rows import Rows
from .workspace_client import WorkspaceClient

Results = dict[tuple[str, str], list[bytes]]
Made = dict[str, list[bytes]]

_ASKED = (
    "whoever may ask it with SQL of their own learns of rows that the token's filter hides: "
    "grant no DATASOURCES:READ on it"
)


@dataclass(frozen=True, slots=True)
class Culprit:
    """The node that lets foreign rows in, how that is known, and whether it is certain.

    Of a datasource that nothing but its senders fills there is no node.
    """

    node: Node | None
    reason: str
    is_sure: bool = True


def find_culprit(workspace: WorkspaceClient, project: BuiltProject, leak: Leak) -> Culprit:
    """Return the first node whose result depends on the foreign rows while its inputs do not.

    A node that reads a rollup is not to blame where the rollup itself mixes tenants up.
    """
    if leak.request.sql is not None:
        return _of_datasource(workspace, project, leak)
    nodes = project.nodes_behind(leak.request.endpoint)
    alone, made_alone = _results(workspace, project, leak, nodes, together=False)
    together, made_together = _results(workspace, project, leak, nodes, together=True)
    changed = [node for node in nodes if alone[_key(node)] != together[_key(node)]]
    if not changed:
        reason = "the answer depends on the row, but no node's own result does: look at all of them"
        return Culprit(nodes[-1], reason, is_sure=False)
    mixed = {name for name in made_alone if made_alone[name] != made_together[name]}
    without_tenant = {pipe.target for pipe in project.pipes.values() if pipe.target} - project.made
    return _rollup(project, changed[0], mixed | without_tenant) or _plain(project, changed[0])


def _of_datasource(workspace: WorkspaceClient, project: BuiltProject, leak: Leak) -> Culprit:
    table = leak.request.endpoint
    if not project.writers(table):
        return Culprit(None, _ASKED)
    alone = _made(workspace, project, leak, leak.alone)
    together = _made(workspace, project, leak, leak.together)
    mixed = {name for name in alone if alone[name] != together[name]}
    return _filler(project, table, mixed | {table})


def _plain(project: BuiltProject, node: Node) -> Culprit:
    tables = [name for name in project.tables_of(node) if project.tables[name].has_tenant]
    if tables:
        reason = f"it reads {', '.join(tables)}, and its result depends on other tenants' rows"
        return Culprit(node, reason)
    reason = "its result is the first that depends on the row, but it names no tenant table"
    return Culprit(node, reason, is_sure=False)


def _rollup(project: BuiltProject, node: Node, mixed: set[str]) -> Culprit | None:
    tables = [table for table in project.tables_of(node) if table in mixed]
    return _filler(project, tables[0], mixed) if tables else None


def _filler(project: BuiltProject, table: str, mixed: set[str]) -> Culprit:
    # The first in a chain: its source is sound.
    writers = project.writers(table)
    for writer in writers:
        for node in project.nodes_behind(writer.name):
            if deeper := _rollup(project, node, mixed - {table}):
                return deeper
    fault = "mixes tenants up: " if project.tables[table].has_tenant else f"drops {TENANT}: "
    reason = f"it fills {table}, which {fault}keep {TENANT} in its rows and its sorting key"
    return Culprit(writers[0].nodes[-1], reason, is_sure=len(writers) == 1)


def _results(
    workspace: WorkspaceClient,
    project: BuiltProject,
    leak: Leak,
    nodes: tuple[Node, ...],
    *,
    together: bool,
) -> tuple[Results, Made]:
    made = _made(workspace, project, leak, leak.together if together else leak.alone)
    parameters = leak.request.parameters
    return {_key(node): workspace.node_rows(node, parameters) for node in nodes}, made


def _made(
    workspace: WorkspaceClient, project: BuiltProject, leak: Leak, inserts: tuple[Rows, ...]
) -> Made:
    # What stands for the reader in each datasource that is filled from others.
    workspace.fill(project, inserts, copying=leak.order.copying)
    tenant = leak.request.fixed.get(TENANT)
    if tenant is None:
        return {}
    return {name: workspace.table_rows(name, tenant) for name in sorted(project.made)}


def _key(node: Node) -> tuple[str, str]:
    return node.pipe, node.name
