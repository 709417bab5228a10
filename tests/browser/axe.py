"""axe-core in an open page: what stops somebody who hears it, or has no mouse, or little contrast.

Source: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Frame, Page

from ..rendering import REPOSITORY

AXE = REPOSITORY / "tests" / "scripts" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS_PX = (360, 1400)

# What axe calls a minor or moderate fault is not looked for. Each frame is asked by itself, because
# those of other origins cannot be asked from outside.
_RUN = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"], iframes: false });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [
      id, target.flat().join(" "), failureSummary,
    ]));
}"""
# Charts are drawn anew in other colours and at another width; where one animation ends, a script
# may begin the next.
_SETTLED = """async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const moving = () => document.getAnimations().filter(({ playState, effect }) =>
    playState === "running" && effect.getComputedTiming().endTime < Infinity);
  do {
    await Promise.allSettled(moving().map(({ finished }) => finished));
    await frame();
    await frame();
  } while (moving().length > 0);
}"""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What a part of a page does against a rule of axe-core."""

    rule: str
    selector: str


def faults_of(page: Page) -> dict[Fault, dict[str, str]]:
    """Return the serious and critical faults of an open page; what axe says of each, by look.

    Light and dark, narrow and wide, in the page as it stands: it is not loaded again.
    """
    found: dict[Fault, dict[str, str]] = {}
    for look in _looks(page):
        for frame in page.frames:
            for rule, selector, said in _run(frame):
                found.setdefault(Fault(rule, selector), {})[look] = said
    return found


def _looks(page: Page) -> Iterator[str]:
    for width in WIDTHS_PX:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for frame in page.frames:
                frame.evaluate(_SETTLED)
            yield f"{scheme} {width} px"


def _run(frame: Frame) -> list[list[str]]:
    if not frame.evaluate("'axe' in window"):
        assert AXE.exists(), "run `make lint`, which installs what checks the scripts"
        frame.evaluate(AXE.read_text())
    return frame.evaluate(_RUN)
