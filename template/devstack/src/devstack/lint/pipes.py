"""The rules of a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ..tinybird.data.tables import QUARANTINE
from ..tinybird.errors import ApiError
from ..tinybird.project.resources import Datasource, Node, Pipe, Project
from ..tinybird.sql.templates import parts
from .branches import MOST_WAYS
from .carried import lost_tenant
from .chosen import problems
from .datasources import has_tenant_in_key, is_tenant_table
from .early import late
from .filters import Leak, leaks
from .findings import Finding
from .places import Datafile
from .tenant_parameter import RIGHT, misuses
from .trial import NODES, TABLES, Trial, node_table

MOVING = {"materialized": "TENANT05", "copy": "TENANT07"}
EARLY = (
    f"write `PREWHERE tenant_id = {RIGHT}` after the FROM that names it, other conditions in WHERE"
)


@dataclass(frozen=True, slots=True)
class PipeFile:
    """A pipe and the file it stands in."""

    pipe: Pipe
    file: Datafile

    def at_node(self, node: Node, rule: str, sentence: str) -> Finding:
        """Make a finding at the line of a node."""
        line = self.file.node_line(node)
        return Finding(self.file.path, line, rule, sentence, line)


def tenant_tables(trial: Trial) -> frozenset[str]:
    """Return what holds rows of several tenants: tenant tables, and what moves their rows."""
    project = trial.project
    names = [name for name, source in project.datasources.items() if is_tenant_table(source)]
    held = {f"{TABLES}.{name}{end}" for name in names for end in ("", QUARANTINE)}
    moving = [pipe for pipe in project.pipes.values() if pipe.type in MOVING]
    while more := {name for pipe in moving for name in _carriers(trial, pipe, held)} - held:
        held |= more
    return frozenset(held)


def _carriers(trial: Trial, pipe: Pipe, held: Set[str]) -> Iterator[str]:
    for node in pipe.nodes:
        reading = trial.reading(pipe, node)
        if reading is None or reading.sources & held:
            yield node_table(pipe, node)


def pipe_findings(trial: Trial, found: PipeFile, tables: frozenset[str]) -> Iterator[Finding]:
    """Check one pipe."""
    for node in found.pipe.nodes:
        yield from _parameter_findings(found, node)
        yield from _branch_findings(trial, found, node)
        yield from _unseen_findings(trial, found, node, tables)
    if found.pipe.type in MOVING:
        yield from _moving_findings(trial, found, tables)
    else:
        for node in found.pipe.nodes:
            yield from _filter_findings(trial, found, node, tables)
            yield from _late_findings(trial, found, node, tables)
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
    for problem in problems(split):
        line = found.file.sql_line(node, problem.line)
        yield Finding(found.file.path, line, problem.rule, problem.sentence, anchor)


def _branch_findings(trial: Trial, found: PipeFile, node: Node) -> Iterator[Finding]:
    reading = trial.reading(found.pipe, node)
    for line, text in reading.unread if reading else ():
        sentence = (
            f"ClickHouse cannot read this branch of {node.name}, whatever the others do:"
            f" {' '.join(text.split())} Give its parameters defaults, or make it a node of its own."
        )
        place = found.file.sql_line(node, line)
        yield Finding(found.file.path, place, "LINT04", sentence, found.file.node_line(node))
    if reading and reading.is_partial:
        sentence = (
            f"{node.name} has more than {MOST_WAYS} combinations of branches: move some into nodes"
            " of their own, or let each add `AND` and one condition."
        )
        yield found.at_node(node, "LINT04", sentence)


def _unseen_findings(
    trial: Trial, found: PipeFile, node: Node, tables: frozenset[str]
) -> Iterator[Finding]:
    reading = trial.reading(found.pipe, node)
    for name in sorted(reading.unseen & tables if reading else ()):
        sentence = (
            f"{node.name} names {_plain(name)} where ClickHouse's own reading leaves it out, so"
            " nobody sees its filter: remove what is not used, such as a WITH."
        )
        yield found.at_node(node, MOVING.get(found.pipe.type, "TENANT01"), sentence)


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
    if leak.near:
        return f"{node.name} filters {leak.table} {leak.near}: {leak.fix or EARLY}."
    return f"{node.name} reads {leak.table} without its tenant: {EARLY}, outside of any branch."


def _late_findings(
    trial: Trial, found: PipeFile, node: Node, tables: frozenset[str]
) -> Iterator[Finding]:
    reading = trial.reading(found.pipe, node)
    if reading is None:
        return
    early = frozenset(name for name in tables if _has_prewhere(trial.project, name))
    leaking = {leak.table for tree in reading.trees for leak in leaks(tree, tables)}
    for entry in sorted({entry for tree in reading.trees for entry in late(tree, early)}):
        if entry.table not in leaking:
            fix = _alone(entry.table) if entry.is_joined else EARLY
            sentence = (
                f"{node.name} does not filter {entry.table} first, so other conditions may run over"
                f" rows of other tenants, and fail on them: {fix}."
            )
            yield found.at_node(node, "TENANT15", sentence)


def _alone(table: str) -> str:
    inner = f"(SELECT ... FROM {table} PREWHERE tenant_id = {RIGHT})"
    return f"read it in a sub-query of its own, `{inner}`"


def _has_prewhere(project: Project, table: str) -> bool:
    source = project.datasources.get(_plain(table).removesuffix(QUARANTINE))
    is_node = table.startswith(f"{NODES}.")
    return not is_node and (source is None or source.engine.endswith("MergeTree"))


def _plain(table: str) -> str:
    return table.partition(".")[2]


def _moving_findings(trial: Trial, found: PipeFile, tables: frozenset[str]) -> Iterator[Finding]:
    pipe, output = found.pipe, found.pipe.output
    target = trial.project.datasources.get(output.datasource or "")
    lost = next(_losses(trial, pipe, target, tables), None)
    if lost:
        # What reads this node loses the tenant too: once is enough.
        node, problem = lost
        fix = "select tenant_id as it is, group, join and limit by it"
        yield found.at_node(node, MOVING[pipe.type], f"{node.name} {problem}: {fix}.")
    elif target is not None and reads_tenant_data(trial, pipe, tables):
        yield from _target_findings(trial, found, target)


def _losses(
    trial: Trial, pipe: Pipe, target: Datasource | None, tables: frozenset[str]
) -> Iterator[tuple[Node, str]]:
    for node in pipe.nodes:
        is_kept = node is pipe.output and target is not None and is_tenant_table(target)
        reading = trial.reading(pipe, node)
        for tree in reading.trees if reading else ():
            if problem := lost_tenant(tree, tables, is_kept=is_kept):
                yield node, problem


def _target_findings(trial: Trial, found: PipeFile, target: Datasource) -> Iterator[Finding]:
    rule, output = MOVING[found.pipe.type], found.pipe.output
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
