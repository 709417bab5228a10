"""The browser modules over HTTP: entries that are asked after, and files that never change."""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin

import httpx2
import pytest
from roost.testing.stack import Stack

from .apps import PACKAGE, serving

ENTRIES = ("/roost.js", "/roost-chart.js")


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_asked_after_each_time(client: httpx2.Client, entry: str) -> None:
    first = client.get(entry)
    again = client.get(entry, headers={"If-None-Match": first.headers["etag"]})
    other = client.get(entry, headers={"If-None-Match": '"other"'})
    head = client.head(entry)

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert (other.status_code, other.content) == (200, first.content)
    assert (head.status_code, head.content) == (200, b"")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    for answer in (first, again, head):
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"] == first.headers["etag"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_all_that_the_entries_import_is_kept_for_ever(client: httpx2.Client) -> None:
    waiting, seen = [_module(client, entry) for entry in ENTRIES], set[str]()
    while waiting:
        address = waiting.pop()
        script = client.get(address)
        assert (script.status_code, script.headers["cache-control"]) == (
            200,
            "public, max-age=31536000, immutable",
        ), address
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        seen.add(address)
        imported = re.findall(r'^(?:im|ex)port .* from "(\..*)";$', script.text, re.MULTILINE)
        waiting += {urljoin(address, name) for name in imported} - seen

    assert len({address.rpartition("/")[0] for address in seen}) == 1
    names = {address.rpartition("/")[2] for address in seen}
    assert names > {"roost.js", "tokens.js", "app.js", "roost-chart.js", "drawing.js"}


@pytest.mark.parametrize(
    ("entry", "offered"),
    [("/roost.js", "createRoost"), ("/roost-chart.js", "connectCharts")],
)
def test_a_type_declaration_lies_beside_it(client: httpx2.Client, entry: str, offered: str) -> None:
    declaration = client.get(_module(client, entry).replace(".js", ".d.ts"))

    assert declaration.status_code == 200
    assert f"export function {offered}(" in declaration.text


@pytest.mark.parametrize(
    "name", ["nothing.js", "package.json", "..%2f__init__.py", "%2e%2e/answers.py", ".js"]
)
def test_nothing_else_of_the_library_is_served(client: httpx2.Client, name: str) -> None:
    response = client.get(_module(client).replace("roost.js", name))

    assert (response.status_code, response.json()["code"]) == (404, "not-found")


def test_another_release_is_not_answered_for(client: httpx2.Client) -> None:
    response = client.get("/roost/0123456789abcdef/roost.js")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert response.headers["cache-control"] == "private, no-store"


def test_the_entry_says_how_pages_read_and_nothing_of_anybody(stack: Stack) -> None:
    with serving(stack.env | {"DASHBOARD_READS": "backend"}) as app:
        through_app = app.get("/roost.js").text

    tenancy = json.loads((PACKAGE / "product.json").read_text())["tenancy"]
    assert f'"tenancy": "{tenancy}"' in through_app
    assert '"api_url": null' in through_app
    for secret in ("TINYBIRD_JWT_SECRET", "TINYBIRD_API_KEY", "TINYBIRD_INGEST_TOKEN"):
        assert stack.env[secret] not in through_app


def test_a_page_of_another_origin_may_import_it(client: httpx2.Client) -> None:
    for address in (*ENTRIES, _module(client)):
        answer = client.get(address, headers={"Origin": "https://elsewhere.example"})

        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_read_alone(client: httpx2.Client, entry: str) -> None:
    response = client.post(entry)

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def _module(client: httpx2.Client, entry: str = "/roost.js") -> str:
    name = re.escape(entry.removeprefix("/"))
    found = re.search(rf'from "(\./roost/[0-9a-f]{{16}}/{name})"', client.get(entry).text)
    assert found is not None
    return urljoin(entry, found[1])
