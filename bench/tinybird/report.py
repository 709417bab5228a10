"""The run as Markdown: the same text on the terminal and in results.md."""

from __future__ import annotations

from collections.abc import Sequence

from ..report import table, verdict
from .reading import LEVELS, Crowd, Reading
from .starting import Starting
from .writing import CLIENTS, Writing

# The goals, by which a figure is marked.
OVERHEAD_MS = 2.0
LONG_MS, LONG_RATIO = 20, 1.15
MIDDLE_MS, MIDDLE_RATIO = (5, 10), 1.25
ROWS_SHARE = 0.85
SINGLES = 300
BUILD_S, READY_S, MEGABYTES = 3.0, 4.0, 500
CROWD_SHARE = 0.9


def reading_table(readings: Sequence[Reading]) -> list[str]:
    """Tabulate what HTTP, the token and the template add to each query."""
    head = ["endpoint", "straight in chDB, ms", "over HTTP, ms", "difference, ms", "ratio"]
    rows = [
        [
            one.name,
            one.plain_ms.shown(1),
            one.served_ms.shown(1),
            one.overhead_ms.shown(2),
            one.ratio.shown(2),
        ]
        for one in readings
    ]
    return table(head, rows)


def crowd_table(crowd: Crowd) -> list[str]:
    """Tabulate requests a second by how many ask at once."""
    head = ["clients", *map(str, LEVELS)]
    return table(head, [["requests a second", *(crowd.per_second[n].shown() for n in LEVELS)]])


def writing_table(writing: Writing) -> list[str]:
    """Tabulate rows and requests a second."""
    head = ["a second", "straight in chDB", "over HTTP"]
    rows = [
        ["rows, in batches of 10,000", writing.plain.shown(), writing.served.shown()],
        ["single events, one client", writing.inserted_alone.shown(), writing.alone.shown()],
        [f"single events, {CLIENTS} clients", "", writing.together.shown()],
    ]
    return table(head, rows)


def starting_table(starting: Starting) -> list[str]:
    """Tabulate the way to a built project of 50 resources."""
    head = ["start to ready, s", "tb build, s", "tb --version, s", "idle server, MB"]
    seconds = (starting.ready_s, starting.build_s, starting.cli_s)
    return table(head, [[*(one.shown(2) for one in seconds), starting.megabytes.shown()]])


def verdicts(
    readings: Sequence[Reading], writing: Writing, starting: Starting, crowd: Crowd
) -> list[str]:
    """Say of each goal whether this run met it."""
    long = [one for one in readings if one.plain_ms.median >= LONG_MS]
    short = [one for one in readings if one not in long]
    middle = [one for one in short if MIDDLE_MS[0] <= one.plain_ms.median <= MIDDLE_MS[1]]
    return [
        *(_overhead(one) for one in short),
        *(_ratio(one, MIDDLE_RATIO) for one in middle),
        *(_ratio(one, LONG_RATIO) for one in long),
        verdict(
            f"batches at {ROWS_SHARE} of chDB's rows a second",
            writing.share.median >= ROWS_SHARE,
            writing.share.shown(2),
        ),
        verdict(
            f"{SINGLES} single events a second from {CLIENTS} clients",
            writing.together.median >= SINGLES,
            writing.together.shown(),
        ),
        verdict(
            "more than chDB inserts one by one: they are grouped",
            writing.together.median > writing.inserted_alone.median,
            writing.inserted_alone.shown(),
        ),
        _under("tb build of 50 resources", starting.build_s.median, BUILD_S, "s"),
        _under("start to ready", starting.ready_s.median, READY_S, "s"),
        _under("idle memory", starting.megabytes.median, MEGABYTES, "MB"),
        verdict(
            f"{LEVELS[-1]} clients at {CROWD_SHARE:.0%} of the best number of clients",
            crowd.share.median >= CROWD_SHARE,
            f"{crowd.share.median:.0%}, no error, {crowd.server_cores.median:.1f} cores",
        ),
    ]


def _overhead(one: Reading) -> str:
    goal = f"{one.name} over HTTP within {OVERHEAD_MS:.0f} ms of chDB"
    return verdict(goal, one.overhead_ms.median < OVERHEAD_MS, one.overhead_ms.shown(2))


def _ratio(one: Reading, most: float) -> str:
    goal = f"{one.name} over HTTP within {most} times chDB"
    return verdict(goal, one.ratio.median <= most, one.ratio.shown(2))


def _under(what: str, figure: float, goal: float, unit: str) -> str:
    return verdict(f"{what} under {goal:.0f} {unit}", figure < goal, f"{figure:,.1f}")
