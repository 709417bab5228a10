"""The rules of a datasource."""

from __future__ import annotations

from collections.abc import Iterator

from ..tinybird.project.resources import Column, Datasource
from ..tinybird.sql.engine import EngineFailure
from .comparisons import is_tenant
from .findings import Finding
from .migrated import EXPLAIN, changed_tenant
from .places import Datafile
from .tenant_parameter import TENANT
from .trial import Trial


def is_tenant_table(source: Datasource) -> bool:
    """Tell whether a datasource holds rows of tenants."""
    return any(column.name == TENANT for column in source.columns)


def has_tenant_in_key(trial: Trial, source: Datasource) -> bool:
    """Tell whether tenant_id is anywhere in the sorting key, so that rows never merge across."""
    return any(map(is_tenant, trial.key_of(source)))


def datasource_findings(
    trial: Trial, source: Datasource, file: Datafile, *, is_merged: bool
) -> Iterator[Finding]:
    """Check one datasource; `is_merged`: its key without tenant_id is reported as TENANT06."""
    if not is_tenant_table(source):
        line = file.line_of("SCHEMA")
        sentence = (
            f"{source.name} has no tenant_id: add `tenant_id` String and put it first in"
            " ENGINE_SORTING_KEY, or declare above SCHEMA why all tenants share it."
        )
        yield Finding(file.path, line, "TENANT09", sentence, line)
        return
    if source.engine != "Null" and not is_merged:
        yield from _key_findings(trial, source, file)
    yield from _column_findings(source, file)
    yield from _writer_findings(source, file)
    yield from _migration_findings(trial, source, file)
    for token in source.tokens:
        if token.permission == "READ":
            line = file.line_of("TOKEN", token.name)
            sentence = (
                f"The static token {token.name} reads all tenants' rows of {source.name}:"
                " remove the line, and read through an endpoint with a minted token."
            )
            yield Finding(file.path, line, "TENANT08", sentence, line)


def _column_findings(source: Datasource, file: Datafile) -> Iterator[Finding]:
    anchor = file.line_of("SCHEMA")
    for column in source.columns:
        line = file.column_line(column.name)
        if column.name == TENANT and (problem := _problem(column)):
            sentence = (
                f"tenant_id of {source.name} {problem}: write `tenant_id` String, and"
                " `json:$.tenant_id` where rows come as JSON."
            )
            yield Finding(file.path, line, "TENANT11", sentence, anchor)
        elif "LowCardinality" in column.type:
            plain = column.type.replace("LowCardinality(String)", "String")
            fix = f"write {plain}" if plain != column.type else "write its type without it"
            sentence = (
                f"{column.name} of {source.name} is LowCardinality, so functions on it run over"
                f" values of other tenants too, whatever is filtered: {fix}."
            )
            yield Finding(file.path, line, "TENANT14", sentence, anchor)


def _problem(column: Column) -> str | None:
    if column.type != "String":
        return f"is {column.type}"
    if column.jsonpath not in (None, f"$.{TENANT}"):
        return f"comes from {column.jsonpath}, which a sender may fill"
    if column.default:
        return f"has {column.default.split()[0].upper()}, so a row may come without its tenant"
    return None


def _writer_findings(source: Datasource, file: Datafile) -> Iterator[Finding]:
    if source.shared_with:
        line = file.line_of("SHARED_WITH")
        sentence = (
            f"{source.name} is shared with {', '.join(source.shared_with)}, where all tenants' rows"
            " are read: remove SHARED_WITH."
        )
        yield Finding(file.path, line, "TENANT12", sentence, line)
    for token in [token for token in source.tokens if token.permission == "APPEND"][1:]:
        line = file.line_of("TOKEN", token.name)
        sentence = (
            f"The static token {token.name} writes rows of any tenant into {source.name} past the"
            " app: remove the line, and let one token append."
        )
        yield Finding(file.path, line, "TENANT12", sentence, line)


def _migration_findings(trial: Trial, source: Datasource, file: Datafile) -> Iterator[Finding]:
    if not source.forward_query:
        return
    try:
        problem = changed_tenant(trial.explained(f"{EXPLAIN} {source.forward_query}"))
    except EngineFailure:
        problem = "cannot be read"
    if problem:
        line = file.line_of("FORWARD_QUERY")
        sentence = (
            f"The FORWARD_QUERY of {source.name} {problem}: select tenant_id as it is, and work out"
            " a row's columns from that row."
        )
        yield Finding(file.path, line, "TENANT13", sentence, line)


def _key_findings(trial: Trial, source: Datasource, file: Datafile) -> Iterator[Finding]:
    key = trial.key_of(source)
    if key and is_tenant(key[0]):
        return
    line = file.line_of("ENGINE_SORTING_KEY")
    line = line if source.engine_args.get("sorting_key") else file.line_of("ENGINE")
    sentence = f"The sorting key of {source.name} does not start with tenant_id: put it first."
    yield Finding(file.path, line, "TENANT04", sentence, line)
