"""What an examination finds, and what that means for the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; `skipped` says why nothing could be found."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: one sentence, and one that says what to do about it."""

    check: str
    severity: Severity
    sentence: str
    mend: str = ""


def ok(check: str, sentence: str) -> Finding:
    """Say that all is well."""
    return Finding(check, Severity.OK, sentence)


def skipped(check: str, because: str) -> Finding:
    """Say why a check was not made."""
    return Finding(check, Severity.SKIPPED, because)


def warning(check: str, sentence: str, mend: str) -> Finding:
    """Say what should be mended."""
    return Finding(check, Severity.WARNING, sentence, mend)


def error(check: str, sentence: str, mend: str) -> Finding:
    """Say what must be mended before anybody is served."""
    return Finding(check, Severity.ERROR, sentence, mend)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 if there is an error, else 0."""
    return int(any(finding.severity is Severity.ERROR for finding in findings))
