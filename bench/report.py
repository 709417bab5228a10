"""The run as Markdown: the same text on the terminal and in results.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .footprint import Import
from .rendering import Rendering
from .session_cost import CARRIERS, Cost
from .throughput import Throughput

# The goals, by which a figure is marked.
FIRST_US, AGAIN_US = 130, 5
SHARE = 0.85
IMPORT_S, MEGABYTES = 1.0, 120
RENDER_RATIO = 1.25


def session_table(costs: Sequence[Cost]) -> list[str]:
    """Tabulate what a request costs until its session and its token are there."""
    head = [
        "microseconds a request",
        *(f"new session, {carrier}" for carrier in CARRIERS),
        *(f"same again, {carrier}" for carrier in CARRIERS),
    ]
    rows = [
        [
            cost.name,
            *(cost.first[carrier].shown() for carrier in CARRIERS),
            *(cost.again[carrier].shown(1) for carrier in CARRIERS),
        ]
        for cost in costs
    ]
    return table(head, rows)


def throughput_table(measured: Iterable[Throughput]) -> list[str]:
    """Tabulate the requests a second of both routes, and what the worker spent on each."""
    head = [
        "backend",
        "/api/me, 1/s",
        "/healthz, 1/s",
        "share",
        "p99, ms",
        "p99 of /healthz, ms",
        "worker's CPU a request, us",
        "load generator, cores",
    ]
    rows = [
        [
            one.backend,
            one.signed_in.shown(),
            one.open.shown(),
            one.share.shown(2),
            one.signed_in_p99_ms.shown(),
            one.open_p99_ms.shown(),
            f"{one.signed_in_cpu_us.median:.0f} and {one.open_cpu_us.median:.0f}",
            one.own_share.shown(2),
        ]
        for one in measured
    ]
    return table(head, rows)


def footprint_table(imports: Mapping[str, Import], megabytes: Mapping[str, float]) -> list[str]:
    """Tabulate what each app takes before it has any work."""
    head = ["backend", "import, s of CPU", "import, s by the clock", "idle worker, MB"]
    rows = [
        [name, taken.cpu_s.shown(2), taken.wall_s.shown(2), f"{megabytes[name]:.0f}"]
        for name, taken in imports.items()
    ]
    return table(head, rows)


def rendering_table(measured: Rendering) -> list[str]:
    """Tabulate what `copier copy` computes for our template and for its files without syntax."""
    head = ["files", "Roost, s of CPU", "the same files without syntax, s of CPU", "ratio"]
    shown = [spread.shown(2) for spread in (measured.ours_s, measured.plain_s, measured.ratio)]
    return table(head, [[str(measured.files), *shown]])


def rendering_verdict(measured: Rendering) -> str:
    """Say whether a render cost no more than it may beside plain files."""
    met = measured.ratio.median <= RENDER_RATIO
    goal = f"a render within {RENDER_RATIO} times the same files without syntax"
    return verdict(goal, met, measured.ratio.shown(2))


def verdicts(
    costs: Sequence[Cost],
    throughputs: Iterable[Throughput],
    imports: Mapping[str, Import],
    megabytes: Mapping[str, float],
) -> list[str]:
    """Say of each goal whether this run met it."""
    ours, peers = costs[:2], costs[2:4]
    first = max(cost.first[carrier].median for cost in ours for carrier in CARRIERS)
    again = max(cost.again[carrier].median for cost in ours for carrier in CARRIERS)
    best_peer = min(cost.first[carrier].median for cost in peers for carrier in CARRIERS)
    return [
        verdict(f"a new session under {FIRST_US} us", first < FIRST_US, f"{first:.0f}"),
        verdict("and below both peers", first < best_peer, f"{best_peer:.0f} at best"),
        verdict(f"the same again under {AGAIN_US} us", again < AGAIN_US, f"{again:.1f}"),
        *(
            verdict(
                f"{one.backend}: /api/me at {SHARE:.0%} of /healthz",
                one.share.median >= SHARE,
                f"{one.share.median:.0%}",
            )
            for one in throughputs
        ),
        *(
            verdict(
                f"{name}: import under {IMPORT_S} s of CPU",
                taken.cpu_s.median < IMPORT_S,
                taken.cpu_s.shown(2),
            )
            for name, taken in imports.items()
        ),
        *(
            verdict(f"{name}: idle worker under {MEGABYTES} MB", size < MEGABYTES, f"{size:.0f}")
            for name, size in megabytes.items()
        ),
    ]


def verdict(goal: str, is_met: bool, figure: str) -> str:
    """Say of one goal whether it is met, and by which figure."""
    return f"- {'met' if is_met else 'MISSED'}: {goal}: {figure}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Write a table of Markdown, its columns aligned."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return [_row(line, widths) for line in (head, rule, *rows)]


def _row(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
