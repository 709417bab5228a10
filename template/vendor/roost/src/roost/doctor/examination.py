"""The whole examination, in the order in which one thing depends on another."""

from __future__ import annotations

from roost.doctor.canary import canary
from roost.doctor.clerk import examine_clerk, known_tenants
from roost.doctor.findings import Finding, Severity, skipped
from roost.doctor.form import examine_form
from roost.doctor.minting import examine_minting, probe_as_pages
from roost.doctor.oracle import examine_oracle
from roost.doctor.probes import probe_all
from roost.doctor.static_tokens import examine_static_tokens
from roost.doctor.target import Target
from roost.doctor.tinybird import deployed, examine_reach, granted, minted_tokens, tenant_parameter

_NEED_TINYBIRD = (
    "tinybird-token",
    "granted",
    "deployed",
    "tenant-parameter",
    "static-tokens",
    "canary",
)


async def examine(target: Target) -> list[Finding]:
    """Make every check that the settings allow."""
    clerk = [*await examine_clerk(target), *await examine_minting(target)]
    reach = await examine_reach(target)
    findings = [*examine_form(target), *clerk, *reach]
    if not any(
        finding.check == "tinybird" and finding.severity is Severity.OK for finding in reach
    ):
        unknown = [skipped(check, "Tinybird does not answer.") for check in _NEED_TINYBIRD]
        return [*findings, *unknown]
    probes = await probe_all(target)
    pages, page_probes = await probe_as_pages(target, probes)
    victims = target.options.tenants or tuple(await known_tenants(target))
    return [
        *findings,
        *minted_tokens(target, probes),
        *pages,
        *granted(probes),
        *await deployed(target),
        *await tenant_parameter(target, probes),
        *await examine_static_tokens(target),
        *await canary(target, page_probes, victims),
        *await examine_oracle(target, page_probes),
    ]
