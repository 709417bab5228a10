"""The SQL of a pipe, with every node and pipe that it reads inlined. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from ..data.tables import QUARANTINE
from ..errors import BadRequest
from ..project.resources import Node, Pipe
from ..sql.templates import render, replace_tables, used_tables
from .bounds import refuse_hidden
from .namespace import Namespace
from .parameters import Params

MOST_NESTED = 40


def pipe_sql(namespace: Namespace, pipe: Pipe, params: Params, inside: tuple[str, ...] = ()) -> str:
    """Return the SQL of a pipe's result.

    Args: inside: the nodes that are being inlined around it, the outermost first.
    Raises: BadRequest: it reads itself, is nested too deeply or reads what is not there.
    """
    return node_sql(namespace, pipe, pipe.output, params, inside)


def node_sql(
    namespace: Namespace, pipe: Pipe, node: Node, params: Params, inside: tuple[str, ...] = ()
) -> str:
    """Return the SQL of a node's result, as `pipe_sql`."""
    key = f"{pipe.name}.{node.name}"
    if key in inside:
        raise BadRequest(f"The pipe '{pipe.name}' reads itself through '{node.name}'.")
    if len(inside) > MOST_NESTED:
        raise BadRequest(f"The pipe '{pipe.name}' is nested too deeply.")
    within = (*inside, key)

    def found(database: str, name: str) -> str | None:
        if database:
            return namespace.service_table(database, name)
        sibling = node_of(pipe, name)
        if sibling is not None and sibling.name != node.name:
            return f"({node_sql(namespace, pipe, sibling, params, within)})"
        return resource_sql(namespace, params, name, within)

    return resolved(_rendered(namespace, node, params), found)


def node_of(pipe: Pipe, name: str) -> Node | None:
    """Return the node of a pipe that has a name."""
    return next((node for node in pipe.nodes if node.name == name), None)


def resource_sql(
    namespace: Namespace, params: Params, name: str, inside: tuple[str, ...] = ()
) -> str | None:
    """Return what stands for a pipe or a table in a query; None where there is none of the name."""
    project = namespace.project
    if name in project.pipes:
        pipe = project.pipes[name]
        if pipe.type == "materialized" and pipe.output.datasource:
            return namespace.table(pipe.output.datasource)
        return f"({pipe_sql(namespace, pipe, params, inside)})"
    source = name.removesuffix(QUARANTINE)
    if name in project.datasources or source in project.datasources:
        return namespace.table(name)
    return None


def resolved(sql: str, found: Callable[[str, str], str | None]) -> str:
    """Replace each table that `sql` reads by what `found` gives for its database and name.

    Raises: BadRequest: it gives None.  BadRequest, Forbidden: as `refuse_hidden`.
    """
    refuse_hidden(sql)
    replacements: dict[tuple[str, str], tuple[str, str]] = {}
    for database, name in used_tables(sql):
        target = found(database, name)
        if target is None:
            shown = f"{database}.{name}" if database else name
            raise BadRequest(f"[Error] Resource '{shown}' not found")
        replacements[database, name] = _target(target)
    return replace_tables(sql, replacements)


def _rendered(namespace: Namespace, node: Node, params: Params) -> str:
    if not node.templated:
        return node.sql
    return render(node.sql, params, namespace.secrets, test_mode=namespace.test_mode)


def _target(target: str) -> tuple[str, str]:
    if target.startswith("("):
        return "", target
    database, _, name = target.partition(".")
    return database, name
