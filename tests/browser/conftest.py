"""A running product with known events, and a browser."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ..product import installed, stack, with_page
from ..rendering import REPOSITORY
from ..turns import in_turn
from .owners import Owner, running_owner

SCREENSHOTS = REPOSITORY / "build" / "screenshots"
# Debian's browser runs as root here, and must look nothing up.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window would start a page of its own for the suggestions below its address bar.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
]
# How many events of which tenant happened today; the page must show exactly these.
EVENT = "report_viewed"
ACME, GLOBEX, INITECH = "org_local_acme", "org_local_globex", "org_local_initech"
EVENTS = {ACME: 5, GLOBEX: 3, INITECH: 2}
# What a page promises, whatever it is made of: who is signed in, whose numbers it shows, who can
# read it. The page in React is tried with the first always, and with one of the others by turns.
ON_BOTH = (
    "test_sign_in.py",
    "test_axe_core.py",
    "test_other_tabs.py",
    "test_put_aside.py",
    "test_rights.py",
)
NOW_ON_BOTH = in_turn(ON_BOTH, always=ON_BOTH[:1])


@dataclass(frozen=True, slots=True)
class Product:
    """The running product: where its page is, and what local services stand behind it."""

    url: str
    stack: stack.Stack


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what both front ends promise on both, and all else on the dashboard."""
    if "frontend" in metafunc.fixturenames:
        name = metafunc.definition.path.name
        marks = [] if name in NOW_ON_BOTH else [pytest.mark.nightly]
        react = [pytest.param("react", marks=marks)] if name in ON_BOTH else []
        frontends = ["dashboard", *react]
        metafunc.parametrize("frontend", frontends, indirect=True, scope="package")


@pytest.fixture(scope="package")
def frontend(request: pytest.FixtureRequest) -> str:
    """What the product's pages are made of."""
    return request.param


@pytest.fixture(scope="package")
def project(project: Path, frontend: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed default render, or one whose page is in React, and built."""
    if frontend == "dashboard":
        return project
    return with_page(installed(tmp_path_factory.mktemp("react") / "project", frontend=frontend))


@pytest.fixture(scope="package")
def product(project: Path) -> Iterator[Product]:
    """The app of a project on its stack, each demo tenant with its own number of events."""
    with running_product(project) as product:
        yield product


@pytest.fixture(scope="package")
def owner(
    product: Product, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Owner]:
    """The product of an owner with another site, whose policy knows guests."""
    with running_owner(product, project, tmp_path_factory.mktemp("owner")) as owner:
        yield owner


# Playwright's event loop runs until the browser is closed: tests of other folders have their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless, with its back/forward cache, which Playwright switches off."""
    with chromium(without=["--disable-back-forward-cache"]) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Generator[Page]:
    """A page of a browser without cookies; what it shows at the end is kept as a picture."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda sent: problems.extend(_foreign(sent.url)))
    yield page
    keep_picture(page, request.node.name)
    context.close()
    assert problems == []


@contextlib.contextmanager
def chromium(without: Sequence[str] = ()) -> Generator[Browser]:
    """Run Debian's chromium, headless, without some of the arguments that Playwright gives it."""
    executable = shutil.which("chromium")
    assert executable, "install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=ARGUMENTS, ignore_default_args=list(without)
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def running_product(project: Path) -> Generator[Product]:
    """Run an installed project's app on its stack, with the known events."""
    with (
        stack.running_stack(project) as local,
        stack.running_app(local.env, project) as url,
    ):
        for tenant, count in EVENTS.items():
            send_rows(local, visits(tenant, count))
        yield Product(url, local)


def new_context(browser: Browser) -> BrowserContext:
    """Open a context of its own: another person's browser."""
    return browser.new_context(viewport={"width": 1280, "height": 1000})


def keep_picture(page: Page, name: str) -> None:
    """Keep what a page shows now."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def send_rows(local: stack.Stack, rows: Sequence[Mapping[str, str]]) -> None:
    """Have Tinybird take rows as they are, past the app."""
    reply = httpx2.post(
        f"{local.env['TINYBIRD_API_URL']}/v0/events",
        params={"name": "events", "wait": "true"},
        headers={"Authorization": f"Bearer {local.env['TINYBIRD_INGEST_TOKEN']}"},
        content="\n".join(json.dumps(row) for row in rows),
        timeout=60,
    )
    assert reply.raise_for_status().json()["successful_rows"] == len(rows)


def visits(tenant: str, count: int) -> list[dict[str, str]]:
    """Write that many events of a tenant, each of its own user."""
    return [
        {
            "tenant_id": tenant,
            "user_id": f"{tenant}_visitor_{n}",
            "event_id": f"{tenant}-{n}",
            "event": EVENT,
        }
        for n in range(count)
    ]


def _foreign(url: str) -> list[str]:
    local = ("http://127.0.0.1:", "data:", "blob:")
    problems = [] if url.startswith(local) else [f"a request left this machine: {url}"]
    return problems + ([f"a token in an address: {url}"] if "token=" in url else [])
