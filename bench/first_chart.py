"""When a member sees the first chart of the dashboard: `uv run python -m bench.first_chart`.

The page as it is and as it was at an earlier commit take turns in chromium, on one machine and with
the same events. The network between is made slower, as a reader's is.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.clerk import Clerk
from tests.browser.conftest import Product, chromium, running_product
from tests.product import installed

from . import machine
from .former import former_project
from .report import table
from .rounds import Spread, spread_of

Visit = Literal["first visit", "next visit"]
VISITS: tuple[Visit, ...] = ("first visit", "next visit")
# Delay of each answer in ms, bytes a second.
NETWORK = {"latency": 50, "downloadThroughput": 2_500_000, "uploadThroughput": 1_000_000}
# Notes the moment at which the first chart is drawn, by the page's own clock.
WATCH = """window.drawnAt = new Promise((resolve) => {
  const drawn = "[data-chart][data-state='ready'] svg";
  const look = () => document.querySelector(drawn) && resolve(performance.now());
  const everything = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document, everything);
});"""


def main() -> None:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_chart", description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", required=True, help="the page as it was")
    parser.add_argument("--rounds", type=int, default=15, help="visits of each kind: 2 at least")
    options = parser.parse_args()
    load = machine.load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        former = former_project(folder / "former", options.against, ".", "devstack")
        projects = {options.against: former, "now": installed(folder / "now")}
        print("\n".join([*_lines(measure(projects, options.rounds)), "", *machine.place(load)]))


def measure(projects: Mapping[str, Path], rounds: int) -> dict[str, dict[Visit, list[float]]]:
    """Return the ms until each project's page had its first chart, of each visit."""
    took: dict[str, dict[Visit, list[float]]] = {
        name: {visit: [] for visit in VISITS} for name in projects
    }
    with contextlib.ExitStack() as running:
        browser = running.enter_context(chromium())
        served = {
            name: running.enter_context(running_product(path)) for name, path in projects.items()
        }
        # The first round fills the servers' caches.
        for number in range(-1, rounds):
            for name, product in served.items():
                for visit, ms in zip(VISITS, _visits(browser, product), strict=True):
                    if number >= 0:
                        took[name][visit].append(ms)
    return took


def _lines(took: Mapping[str, Mapping[Visit, Sequence[float]]]) -> list[str]:
    spreads = {name: {visit: spread_of(ms[visit]) for visit in VISITS} for name, ms in took.items()}
    rows = [[visit, *_row([spreads[name][visit] for name in spreads])] for visit in VISITS]
    return table(["ms until the first chart", *took, "ratio"], rows)


def _row(spreads: Sequence[Spread]) -> list[str]:
    return [*(one.shown() for one in spreads), f"{spreads[-1].median / spreads[0].median:.2f}"]


def _visits(browser: Browser, product: Product) -> list[float]:
    # A browser that has never been there, whose request brings no session; then the same one again,
    # whose page has its first token in it.
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = _page(context)
        token, _ = Clerk(product.stack).sign_in("ada@example.com")
        context.add_cookies([{"name": "__clerk_db_jwt", "value": token, "url": product.url}])
        return [_drawn_ms(page, product) for _ in VISITS]


def _page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH)
    slow = context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", {"offline": False, **NETWORK})
    return page


def _drawn_ms(page: Page, product: Product) -> float:
    page.goto(f"{product.url}/", wait_until="commit")
    drawn_ms = page.evaluate("window.drawnAt")
    page.wait_for_load_state("networkidle")
    return drawn_ms


if __name__ == "__main__":
    main()
