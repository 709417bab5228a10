"""Findings as lines for a person or as JSON for a pipeline, never with a secret in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TextIO

from roost.doctor.findings import Finding, Severity, exit_code

_MARKS = {
    Severity.OK: ("✓", "32"),
    Severity.SKIPPED: ("·", "2"),
    Severity.WARNING: ("!", "33"),
    Severity.ERROR: ("✗", "31"),
}


def without_secrets(findings: Iterable[Finding], secrets: Iterable[str]) -> list[Finding]:
    """Return the findings with every secret blotted out, whoever quoted it."""
    known = [secret for secret in secrets if secret]

    def clean(text: str) -> str:
        for secret in known:
            text = text.replace(secret, "[secret]")
        return text

    return [
        replace(finding, sentence=clean(finding.sentence), mend=clean(finding.mend))
        for finding in findings
    ]


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as one JSON document, `{"exit_code": ..., "findings": [...]}`."""
    listed = [asdict(finding) for finding in findings]
    return json.dumps({"exit_code": exit_code(findings), "findings": listed}, indent=2)


def as_lines(findings: Sequence[Finding], *, colours: bool) -> str:
    """Return one line a finding, its mend below it, and a line that sums up."""
    width = max((len(finding.check) for finding in findings), default=0)
    lines = [_line(finding, width, colours=colours) for finding in findings]
    counts = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.SKIPPED: "skipped"}
    lines.append(", ".join(f"{counts[kind]} {word}" for kind, word in words.items()))
    return "\n".join(lines)


def wants_colours(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether to write in colours: on a terminal, unless NO_COLOR is set.

    Source: https://no-color.org
    """
    return stream.isatty() and not environ.get("NO_COLOR")


def _line(finding: Finding, width: int, *, colours: bool) -> str:
    mark, code = _MARKS[finding.severity]
    if colours:
        mark = f"\x1b[{code}m{mark}\x1b[0m"
    line = f"{mark} {finding.check:{width}}  {finding.sentence}"
    return f"{line}\n  {'':{width}}  → {finding.mend}" if finding.mend else line
