"""Pages of other origins: a chart in a frame, shown to guests, and calls of the API by bearer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from playwright.sync_api import FrameLocator, Page, Route

from .conftest import ACME, EVENT, GLOBEX, Product, send_rows, visits
from .owners import SHOWN, Owner, framed
from .sites import Site, another_site
from .steps import WAIT_MS
from .teaching import taught
from .traffic import requests_of, token_names

pytestmark = pytest.mark.slow

# Nobody signs in to it, so that it has these events alone.
FRAMED = "org_framed"


@pytest.fixture(scope="module", autouse=True)
def rows_to_show(product: Product) -> None:
    """Let the tenant have events."""
    send_rows(product.stack, visits(FRAMED, 5))


@pytest.fixture
def foreign() -> Iterator[Site]:
    """A site that the owner knows nothing of."""
    with another_site() as site:
        yield site


def sentence(frame: FrameLocator) -> str:
    """Wait for the sentence that a frame says in the place of its chart."""
    frame.locator("main[data-state='error'] .note").wait_for(timeout=WAIT_MS)
    return frame.locator(".note").inner_text()


def test_a_guest_sees_the_chart_of_its_tenant_on_a_customers_site(page: Page, owner: Owner) -> None:
    asked = requests_of(page)
    address = owner.address(FRAMED)
    token = address.partition("#")[2]

    frame = framed(page, owner.site, address)
    chart = frame.locator("main[data-state='ready'] svg")
    chart.wait_for(timeout=WAIT_MS)

    # One row, as the token fixes it: the event that happened most, five times.
    assert chart.locator("text").all_text_contents() == [EVENT, "5"]
    assert page.frames[1].url == address.partition("#")[0]
    assert token not in page.frames[1].content()
    assert page.context.cookies() == []
    assert token_names(asked) == {f"guest:{FRAMED}"}
    (read,) = [request for request in asked if "/v0/pipes/" in request.url]
    assert dict(parse_qsl(urlsplit(read.url).query)) == {}


def test_a_frame_on_a_foreign_site_says_so(page: Page, owner: Owner, foreign: Site) -> None:
    asked = requests_of(page)

    frame = framed(page, foreign, owner.address(FRAMED))

    assert sentence(frame) == "This chart may not be shown on this site."
    assert token_names(asked) == set()


def test_a_foreign_site_that_hides_its_name_shows_no_frame(
    page: Page, owner: Owner, foreign: Site
) -> None:
    asked = requests_of(page)
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))

    framed(page, foreign, owner.address(FRAMED), "no-referrer")
    page.wait_for_load_state("networkidle")

    assert any("frame-ancestors" in line for line in said)
    assert page.frames[1].url.startswith("chrome-error:")
    assert token_names(asked) == set()


def test_what_is_wrong_with_a_frame_is_said_in_one_sentence(page: Page, owner: Owner) -> None:
    address, of_globex = owner.address(FRAMED), owner.address(GLOBEX)
    bare, _, token = address.partition("#")
    secret = owner.env["TINYBIRD_JWT_SECRET"]
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    past = jwt.encode({**claims, "exp": int(time.time()) - 60}, secret)
    withdrawn = jwt.encode(claims, "another secret, and a long one at that")

    said = {
        name: sentence(framed(page, owner.site, tried))
        for name, tried in {
            "without a token": bare,
            "a token that has ended": f"{bare}#{past}",
            "a token that Tinybird refuses": f"{bare}#{withdrawn}",
            "another tenant's token": f"{bare}#{of_globex.partition('#')[2]}",
            "no token at all": f"{bare}#junk",
            "a widened address": f"{bare}&limit=9#{token}",
            "a forged address": f"{bare}x#{token}",
        }.items()
    }

    assert said == {
        "without a token": "This chart needs a new token: load the page around it anew.",
        "a token that has ended": (
            "The token of this chart has expired: load the page around it anew."
        ),
        "a token that Tinybird refuses": (
            "The token of this chart has expired: load the page around it anew."
        ),
        "another tenant's token": "The token is not one of this chart.",
        "no token at all": "The token is not one of this chart.",
        "a widened address": "The address of this chart is not the one that was signed.",
        "a forged address": "The address of this chart was not made by this app.",
    }


NO_ROWS = {"meta": [{"name": "event", "type": "String"}], "data": []}
FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (200, "empty", "There is nothing to show yet."),
        (400, "error", "The numbers of this chart could not be read."),
        (429, "error", "This chart is asked for too often at the moment: try again in a minute."),
        (503, "error", "The numbers cannot be reached at the moment."),
        (None, "error", "The numbers cannot be reached at the moment."),
    ],
)
def test_what_tinybird_has_not_is_said_in_one_sentence(
    page: Page, owner: Owner, status: int | None, state: str, said: str
) -> None:
    def answer(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            route.fulfill(status=status, json=NO_ROWS, headers=FROM_ANYWHERE)

    page.route("**/v0/pipes/*", answer)

    frame = framed(page, owner.site, owner.address(FRAMED))
    frame.locator(f"main[data-state='{state}']").wait_for(timeout=WAIT_MS)

    assert frame.locator(".note").inner_text() == said


# Calls what the documentation teaches.
CALL = """async ([path, token, tenantId]) => {
  const { ask } = await import("/api.js");
  return ask(path, { getToken: async () => token }, tenantId);
}"""
CAUGHT = f"(given) => ({CALL})(given).catch(String)"
MODULE = """async (url) => {
  await import(`${url}/static/roost/js/params.js`);
  const { queryOf } = await import(`${url}/roost.js`);
  return queryOf({ limit: 5 });
}"""


def open_caller(page: Page, owner: Owner, site: Site) -> None:
    """Open a site's page, which has what calls the owner's app."""
    ask = taught("other-origins", "api.js").replace("https://api.example.com", owner.url)
    site.files["/api.js"] = ask
    page.goto(site.origin)


def test_the_owners_other_origin_calls_the_api_as_the_documentation_says(
    page: Page, owner: Owner, product: Product
) -> None:
    token = product.stack.session_token("user_local_ada", ACME)
    open_caller(page, owner, owner.site)

    me = page.evaluate(CALL, ["/api/me", token, ACME])
    changed = page.evaluate(CAUGHT, ["/api/me", token, GLOBEX])

    assert me["tenant_id"] == ACME
    assert re.fullmatch(r"Error: tenant-changed [0-9a-f]{16}", changed)


def test_any_origin_loads_the_scripts(page: Page, owner: Owner, foreign: Site) -> None:
    for site in (owner.site, foreign):
        page.goto(site.origin)
        assert page.evaluate(MODULE, owner.url) == "limit=5"


def test_a_foreign_origin_reads_nothing_of_the_api(
    page: Page, owner: Owner, foreign: Site, product: Product
) -> None:
    token = product.stack.session_token("user_local_ada", ACME)
    open_caller(page, owner, foreign)

    failed = page.evaluate(CAUGHT, ["/api/me", token, ACME])

    assert failed == "TypeError: Failed to fetch"


def test_a_page_of_ones_own_reads_with_the_token_alone(
    page: Page, owner: Owner, foreign: Site
) -> None:
    tinybird = owner.env["TINYBIRD_API_URL"]
    read = taught("guests", "page.js").replace("https://api.tinybird.co", tinybird)
    token = owner.address(FRAMED).partition("#")[2]
    # From any origin: it is a bearer.
    page.goto(foreign.origin)

    rows = page.evaluate("([read, token]) => (0, eval)(`(${read})`)(token)", [read, token])

    assert rows == [{"event": EVENT, "events": 5, "users": 5}]


@pytest.mark.parametrize("chart", SHOWN)
def test_every_chart_of_the_starter_is_drawn_in_a_frame(
    page: Page, owner: Owner, chart: str
) -> None:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))

    frame = framed(page, owner.site, owner.address(FRAMED, chart, {}))
    frame.locator("main[data-state='ready'] svg").wait_for(timeout=WAIT_MS)

    # Nothing that the page's policy forbids was tried.
    assert said == []
    overflow = page.frames[1].evaluate("document.documentElement.scrollWidth - innerWidth")

    assert overflow <= 0
