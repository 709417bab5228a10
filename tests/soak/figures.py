"""What the soak counts and prints: answers, times, faults, memory."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ..processes import command_line, folder_of

MEGABYTE = 1 << 20
# Memory may grow by this much from the end of the warm-up to the end.
GROWTH_FACTOR = 1.2
GROWTH_MB = 20.0


@dataclass(slots=True)
class Figures:
    """Counters of one run. `in_flight`: writes without an answer at this moment."""

    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    cut_off: int = 0
    in_flight: int = 0

    def count(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one answer; `outcome` is its status, or the name of what came instead."""
        self.statuses[kind][outcome] += 1
        self.seconds[kind].append(seconds)

    @property
    def requests(self) -> int:
        """Return how many requests have ended."""
        return sum(len(times) for times in self.seconds.values())

    def answered(self, outcome: str) -> int:
        """Return how many requests of all kinds ended with `outcome`."""
        return sum(outcomes[outcome] for outcomes in self.statuses.values())

    def line(self, elapsed_s: float) -> str:
        """Return one line of progress."""
        faults = ", ".join(f"{count} {name}" for name, count in sorted(self.faults.items()))
        return (
            f"{elapsed_s:5.0f} s: {self.requests} requests, {self.acknowledged} events"
            f" acknowledged, {self.cut_off} cut off; {faults or 'no fault yet'}"
        )

    def table(self) -> list[str]:
        """Return the requests by kind: how many, how long, which answers."""
        lines = [f"{'':12}{'requests':>9}{'p50 ms':>8}{'p99 ms':>8}  answers"]
        for kind, times in sorted(self.seconds.items()):
            p50, p99 = (quantile(times, share) * 1000 for share in (0.5, 0.99))
            answers = "  ".join(f"{n} x {s}" for s, n in sorted(self.statuses[kind].items()))
            lines.append(f"{kind:12}{len(times):9}{p50:8.0f}{p99:8.0f}  {answers}")
        return lines


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of `values` do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def app_process(project: Path) -> psutil.Process:
    """Return the root of the process tree that serves `project`, a child of this process."""
    children = psutil.Process(os.getpid()).children()
    # Other tests' apps may be running too, each in a project of its own.
    (found,) = [
        child
        for child in children
        if command_line(child)[-2:] == ["app", "serve"]
        and folder_of(child) == str(project.resolve())
    ]
    return found


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process tree, in MB. own: what no other process shares."""

    resident: float
    own: float


def memory_of(root: psutil.Process) -> Memory:
    """Measure a process and all below it."""
    found = [one.memory_full_info() for one in (root, *root.children(recursive=True))]
    resident, own = (sum(getattr(one, name) for one in found) for name in ("rss", "uss"))
    return Memory(resident / MEGABYTE, own / MEGABYTE)


def memory_findings(warm: Memory, end: Memory) -> list[str]:
    """Tell whether memory is flat, its own and with what it shares."""
    return [
        f"the app's {name} memory grew from {before:.0f} to {after:.0f} MB"
        for name, before, after in (
            ("own", warm.own, end.own),
            ("resident", warm.resident, end.resident),
        )
        if after > before * GROWTH_FACTOR + GROWTH_MB
    ]
