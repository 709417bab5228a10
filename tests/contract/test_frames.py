"""A chart in a frame: its signed address, and who may show it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ADAS_TENANT, ENDPOINT, OTHER_TENANT
from .apps import serving
from .guests import SHOWN, Owner
from .holders import claims_of

SITE, OTHER_SITE = "https://customer.example", "https://www.customer.example"
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def owner(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Owner:
    """An owner who lets guests read what asks for nothing but the tenant."""
    return Owner.of(stack, tmp_path_factory.mktemp("frames"))


@pytest.fixture(scope="module")
def app(owner: Owner) -> Iterator[httpx2.Client]:
    """A client of the owner's app."""
    with serving(owner.env, owner.sources) as client:
        yield client


@pytest.fixture(scope="module")
def url(owner: Owner) -> str:
    """The address of a chart of Ada's tenant on two sites, with its token."""
    sites = [SITE, OTHER_SITE]
    return owner.embed_url(ADAS_TENANT, base="", chart=ENDPOINT, origins=sites, expires_in=600)


def test_a_frame_is_shown_on_its_sites_alone(app: httpx2.Client, url: str) -> None:
    page = app.get(url)

    policy = dict(
        part.split(" ", 1) for part in page.headers["content-security-policy"].split("; ")
    )
    assert page.status_code == 200
    assert policy["frame-ancestors"] == f"{SITE} {OTHER_SITE}"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not {"set-cookie", "x-frame-options"} & page.headers.keys()


def test_the_page_holds_no_token_and_what_it_loads_is_there(app: httpx2.Client, url: str) -> None:
    page = app.get(url).text

    token = url.partition("#")[2]
    assert claims_of(token)["scopes"][0]["fixed_params"] == {"tenant_id": ADAS_TENANT}
    assert token not in page
    assert f'data-tenant="{ADAS_TENANT}"' in page
    for path in (
        "/static/roost/js/embed.js",
        "/static/roost/css/embed.css",
        "/static/css/tokens.css",
        f"/static/charts/{ENDPOINT}.json",
    ):
        assert path in page
        assert app.get(path).status_code == 200


def test_a_session_and_its_cookie_make_no_difference(
    app: httpx2.Client, url: str, ada: dict[str, str]
) -> None:
    plain = app.get(url)

    for headers in (ada, {"Cookie": "__session=junk"}, {"Authorization": "Bearer junk"}):
        assert app.get(url, headers=headers).content == plain.content


def test_a_forged_address_is_refused_on_a_page(app: httpx2.Client, owner: Owner, url: str) -> None:
    path, _, signed = url.partition("#")[0].partition("?e=")
    payload, _, signature = signed.partition(".")
    other = owner.embed_url(OTHER_TENANT, base="", chart=ENDPOINT, origins=EVIL)
    others = other.partition("?e=")[2].partition(".")[0]

    for forged in (
        f"{path}?e={payload}.{signature[::-1]}",
        # Another tenant's, under the signature of this.
        f"{path}?e={others}.{signature}",
        f"{path}?e={payload}",
        f"/embed/nothing?e={signed}",
    ):
        assert refusal(app.get(forged)) == (
            403,
            "The address of this chart was not made by this app.",
        )


def test_an_address_that_is_widened_is_refused_on_a_page(app: httpx2.Client, url: str) -> None:
    bare = url.partition("#")[0]

    for widened in (f"{bare}&limit=1000", f"{bare}&tenant_id={OTHER_TENANT}", bare.split("?")[0]):
        sentence = "The address of this chart is not the one that was signed."
        assert refusal(app.get(widened)) == (403, sentence)


def test_a_foreign_site_is_refused_on_a_page(app: httpx2.Client, url: str) -> None:
    assert app.get(url, headers={"Referer": f"{SITE}/reports"}).status_code == 200

    answer = app.get(url, headers={"Referer": f"{EVIL}/"})

    assert refusal(answer) == (403, "This chart may not be shown on this site.")


def test_without_guest_endpoints_an_address_shows_nothing(client: httpx2.Client, url: str) -> None:
    # The app of the policy as it is rendered, with the same secret.
    answer = client.get(url)

    assert refusal(answer) == (403, "This chart is shown to guests no more.")


def test_a_frame_is_read_alone(app: httpx2.Client, url: str) -> None:
    for method in ("POST", "PUT", "OPTIONS"):
        answer = app.request(method, url)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert app.head(url).status_code == 200


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"chart": "nothing"}, [404, "not-found"]),
        ({"chart": "../../policy"}, [400, "request-invalid"]),
        ({"origins": []}, [400, "request-invalid"]),
        ({"origins": ["*"]}, [400, "request-invalid"]),
        ({"origins": ["http://customer.example"]}, [400, "request-invalid"]),
        ({"expires_in": 3601}, [400, "request-invalid"]),
        ({"tenant_id": ""}, [403, "tenant-required"]),
        ({"endpoint": "nothing"}, [403, "access-denied"]),
        ({"params": {"nothing": 1}}, [400, "parameter-unknown"]),
    ],
)
def test_what_no_frame_may_show_is_not_signed(
    owner: Owner, given: dict[str, object], refused: list[object]
) -> None:
    usual = {"base": "", "chart": ENDPOINT, "tenant_id": ADAS_TENANT, "origins": SITE}

    assert owner.ask("embed_url", **{**usual, **given}) == refused


def test_every_chart_that_asks_for_nothing_can_be_shown(app: httpx2.Client, owner: Owner) -> None:
    for chart in SHOWN:
        answer = owner.ask("embed_url", base="", chart=chart, tenant_id=ADAS_TENANT, origins=SITE)
        # Numbers and tables have no file of a chart.
        assert answer == [404, "not-found"] or app.get(str(answer[0])).status_code == 200


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """Check that an answer is a page that says in one sentence why there is no chart."""
    assert "<script" not in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    return answer.status_code, answer.text.split('role="status">')[1].split("</p>")[0]
