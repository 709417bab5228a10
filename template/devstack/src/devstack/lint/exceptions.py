"""Exceptions that a datafile declares: `# roost: allow RULE-ID reason`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .findings import EXCUSABLE, Finding
from .places import Datafile

MARK = "# roost:"
SYNTAX = "`# roost: allow RULE-ID reason`"


@dataclass(frozen=True, slots=True)
class Allowance:
    """An exception; `anchor` is the line below it that it speaks of."""

    line: int
    anchor: int
    words: tuple[str, ...]

    @property
    def rule(self) -> str:
        return self.words[1] if len(self.words) > 1 else ""

    @property
    def problem(self) -> str | None:
        """Say what is wrong with it, and the fix."""
        if self.words[:1] != ("allow",) or self.rule not in EXCUSABLE:
            return f"This is no exception: write {SYNTAX} with a rule of the lint's table."
        if len(self.words) < 3:
            return f"The exception from {self.rule} gives no reason: say why in the same line."
        return None


def excused(files: Iterable[Datafile], findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that no exception excuses, and what is wrong with exceptions."""
    left = set(findings)
    broken: list[Finding] = []
    for file in files:
        for allowance in _allowances(file.text):
            met = {finding for finding in left if _speaks_of(allowance, file, finding)}
            problem = allowance.problem or (None if met else _useless(allowance))
            if problem is None:
                left -= met
            else:
                rule = "LINT01" if allowance.problem else "LINT02"
                broken.append(Finding(file.path, allowance.line, rule, problem, allowance.line))
    return tuple(sorted([*left, *broken]))


def _speaks_of(allowance: Allowance, file: Datafile, finding: Finding) -> bool:
    place = (finding.file, finding.anchor, finding.rule)
    return place == (file.path, allowance.anchor, allowance.rule)


def _useless(allowance: Allowance) -> str:
    return f"Nothing directly below breaks {allowance.rule}: remove the exception."


def _allowances(text: str) -> Iterator[Allowance]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip().startswith(MARK):
            words = line.strip().removeprefix(MARK).split()
            yield Allowance(number, _next_line(lines, number), tuple(words))


def _next_line(lines: list[str], start: int) -> int:
    for number, line in enumerate(lines[start:], start + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return number
    return 0
