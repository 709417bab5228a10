"""The rules of a datasource."""

from __future__ import annotations

from collections.abc import Iterator

from ..tinybird.resources import Datasource
from .findings import Finding
from .joins import is_tenant
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
    for token in source.tokens:
        if token.permission == "READ":
            line = file.line_of("TOKEN", token.name)
            sentence = (
                f"The static token {token.name} reads all tenants' rows of {source.name}:"
                " remove the line, and read through an endpoint with a minted token."
            )
            yield Finding(file.path, line, "TENANT08", sentence, line)


def _key_findings(trial: Trial, source: Datasource, file: Datafile) -> Iterator[Finding]:
    key = trial.key_of(source)
    if key and is_tenant(key[0]):
        return
    line = file.line_of("ENGINE_SORTING_KEY")
    line = line if source.engine_args.get("sorting_key") else file.line_of("ENGINE")
    sentence = f"The sorting key of {source.name} does not start with tenant_id: put it first."
    yield Finding(file.path, line, "TENANT04", sentence, line)
