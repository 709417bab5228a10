"""A user of the app in a browser: signs in through ClerkJS, does something, and looks at it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Generator
from dataclasses import dataclass

from playwright.sync_api import Error, Page, Request, sync_playwright

from ..browser.conftest import ARGUMENTS, SCREENSHOTS
from ..browser.steps import (
    WAIT_MS,
    choose_event,
    fill_in,
    listed_users,
    number,
    states,
    switch_organization,
    wait_for_tenant,
)
from ..browser.traffic import requests_of, tenants_in
from .failure import StepFailed, require

EVENT = "report_shared"
_SEND = """async rows => (await fetch("/api/events", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(rows),
})).status"""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser on the app's pages, and all that it has asked for."""

    page: Page
    url: str
    requests: list[Request]

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form of ClerkJS."""
        self.page.goto(f"{self.url}/sign-in")
        fill_in(self.page, email, password)

    def see_dashboard(self, tenant: str) -> None:
        """Wait until the dashboard of a tenant has all its answers."""
        wait_for_tenant(self.page, tenant)

    def enter(self, organization: str, tenant: str) -> None:
        """Choose an organization in Clerk's switcher, unless Clerk made it the active one."""
        body = self.page.locator("body[data-tenant]")
        if body.get_attribute("data-tenant") != tenant:
            switch_organization(self.page, organization)
        self.see_dashboard(tenant)

    def send_events(self, count: int) -> None:
        """Do what the app counts."""
        status = self.page.evaluate(_SEND, [{"event": EVENT} for _ in range(count)])
        require(status == 202, f"POST /api/events answered {status} to the page.")

    def count_events(self, tenant: str) -> int:
        """Read the number of these events on the dashboard, loaded anew."""
        self.page.reload()
        self.see_dashboard(tenant)
        choose_event(self.page, EVENT, tenant)
        wrong = states(self.page) - {"ready", "empty"}
        require(not wrong, f"Charts of {tenant} are {', '.join(map(str, wrong))}.")
        return number(self.page, "events")

    def listed_users(self) -> set[str]:
        """Return the users that the dashboard names."""
        return listed_users(self.page)

    def tenants_spoken_for(self) -> set[str]:
        """Return the tenants of every token that the browser has sent."""
        return tenants_in(self.requests)

    def asked(self, path: str) -> bool:
        """Tell whether the browser has sent a request whose address ends so."""
        return any(request.url.partition("?")[0].endswith(path) for request in self.requests)

    def keep_picture(self, name: str) -> None:
        """Keep what the page shows."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@contextlib.contextmanager
def visiting(url: str) -> Generator[Visitor]:
    """Open a headless Chromium for the app at `url`.

    Raises: StepFailed: a step in it did not come to pass, or a page had an error.
    """
    executable = shutil.which("chromium")
    require(executable, "Install Debian's package chromium: a browser signs in.")
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        try:
            yield Visitor(page, url, requests_of(page))
        except Error as error:
            raise StepFailed(f"{error}\nThat was on the page {page.url}.") from error
        finally:
            browser.close()
    require(not problems, f"The page had errors: {problems}")
