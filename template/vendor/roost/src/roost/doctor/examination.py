"""The whole examination, in the order in which one thing depends on another."""

from __future__ import annotations

from roost.doctor.canary import canary
from roost.doctor.clerk import examine_clerk, known_tenants
from roost.doctor.findings import Finding, Severity, skipped
from roost.doctor.form import examine_form
from roost.doctor.looks import look_at_all
from roost.doctor.minting import examine_minting, look_as_pages
from roost.doctor.oracle import examine_oracle
from roost.doctor.patient import Patient
from roost.doctor.static_tokens import examine_static_tokens
from roost.doctor.tinybird import deployed, examine_reach, granted, minted_tokens, tenant_parameter

_NEED_TINYBIRD = (
    "tinybird-token",
    "granted",
    "deployed",
    "tenant-parameter",
    "static-tokens",
    "canary",
)


async def examine(patient: Patient) -> list[Finding]:
    """Make every check that the settings allow."""
    clerk = [*await examine_clerk(patient), *await examine_minting(patient)]
    reach = await examine_reach(patient)
    findings = [*examine_form(patient), *clerk, *reach]
    if not any(
        finding.check == "tinybird" and finding.severity is Severity.OK for finding in reach
    ):
        unknown = [skipped(check, "Tinybird does not answer.") for check in _NEED_TINYBIRD]
        return [*findings, *unknown]
    looks = await look_at_all(patient)
    pages, page_looks = await look_as_pages(patient, looks)
    victims = patient.options.tenants or tuple(await known_tenants(patient))
    return [
        *findings,
        *minted_tokens(patient, looks),
        *pages,
        *granted(looks),
        *await deployed(patient),
        *await tenant_parameter(patient, looks),
        *await examine_static_tokens(patient),
        *await canary(patient, page_looks, victims),
        *await examine_oracle(patient, page_looks),
    ]
