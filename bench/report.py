"""The run as Markdown: the same text on the terminal and in results.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .footprint import Import
from .rendering import Rendering
from .rounds import ratio_of, spread_of
from .session_cost import CARRIERS, Cost
from .throughput import Throughput

# The goals, by which a figure is marked: ratios within a run, whatever the machine's speed.
# To the faster peer, of a request with a new session and of the same again.
FIRST_RATIO, AGAIN_RATIO = 0.52, 0.02
SHARE = 0.85
# To the framework alone.
IMPORT_RATIO = 1.6
MEGABYTES = 120
RENDER_RATIO = 1.25
# How much more a request may cost than at the former commit, both against the floor of the run.
WORSE = 1.05


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
            *(spread_of(cost.first[carrier]).shown() for carrier in CARRIERS),
            *(spread_of(cost.again[carrier]).shown(1) for carrier in CARRIERS),
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
    head = [
        "backend",
        "import, s of CPU",
        "import, s by the clock",
        "to its framework alone",
        "idle worker, MB",
    ]
    rows = [
        [
            name,
            taken.cpu_s.shown(2),
            taken.wall_s.shown(2),
            taken.ratio.shown(2),
            f"{megabytes[name]:.0f}",
        ]
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
    return [
        *session_verdicts(costs),
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
                f"{name}: import within {IMPORT_RATIO} times its framework alone",
                taken.ratio.median <= IMPORT_RATIO,
                taken.ratio.shown(2),
            )
            for name, taken in imports.items()
        ),
        *(
            verdict(f"{name}: idle worker under {MEGABYTES} MB", size < MEGABYTES, f"{size:.0f}")
            for name, size in megabytes.items()
        ),
    ]


def session_verdicts(costs: Sequence[Cost]) -> list[str]:
    """Say of a session's cost how it stands to the peers' and to the former commit's."""
    ours, peers, floor, former = costs[:2], costs[2:4], costs[4], costs[5:]
    # A header is compared with a header, and a cookie with a cookie, which takes longer to find.
    best = {each: [cost.first[each] for cost in peers] for each in CARRIERS}
    first = max(ratio_of(cost.first[each], best[each]) for cost in ours for each in CARRIERS)
    again = max(ratio_of(cost.again[each], best[each]) for cost in ours for each in CARRIERS)
    goal = "times the faster peer's new session"
    verdicts = [
        verdict(f"a new session within {FIRST_RATIO} {goal}", first <= FIRST_RATIO, f"{first:.2f}"),
        verdict(
            f"the same again within {AGAIN_RATIO} {goal}", again <= AGAIN_RATIO, f"{again:.3f}"
        ),
    ]
    for cost in former:
        now, then = (_above(floor, one) for one in (ours[0], cost))
        figure = f"{now:.2f} times the floor, {then:.2f} then"
        verdicts.append(verdict(f"no dearer than {cost.name}", now <= then * WORSE, figure))
    return verdicts


def _above(floor: Cost, cost: Cost) -> float:
    return max(ratio_of(cost.first[each], [floor.first[each]]) for each in CARRIERS)


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
