from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from fastapi.testclient import TestClient

from ..rooms import Bearer


def test_a_page_holds_a_token_for_a_valid_session_alone(client: TestClient, bearer: Bearer) -> None:
    headers = (bearer(), {}, {"Authorization": "Bearer junk"}, bearer(exp=1_700_000_000))

    initial = [_initial(client.get("/analytics/", headers=sent).text) for sent in headers]

    assert initial[0]["org_slug"] == "acme"
    assert initial[1:] == [None, None, None]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up", "/public"])
def test_a_page_finds_its_files_below_the_prefix(client: TestClient, path: str) -> None:
    page = client.get(f"/analytics{path}")

    addresses = re.findall(r'(?:src|href)="(/[^"]*/static/[^"]+)"', page.text)
    assert "/analytics/static/css/tokens.css" in addresses
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert page.headers["cache-control"] == "private, no-store"


def test_a_page_escapes_what_it_shows(browser: TestClient) -> None:
    page = browser.get("/sign-in").text

    assert "<title>Sign in · Sample</title>" in page
    assert '"initial":null}</script>' in page


def test_a_file_is_asked_for_again_and_answered_304(client: TestClient) -> None:
    path = "/analytics/static/css/tokens.css"
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "css", "..%2f..%2fpolicy.py"])
def test_what_is_no_file_is_404(client: TestClient, name: str) -> None:
    response = client.get(f"/analytics/static/{name}")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("root", ["", "/analytics"])
def test_the_page_of_the_document_runs_its_own_script_and_files_of_this_server(
    client: TestClient, browser: TestClient, root: str
) -> None:
    asked = client if root else browser
    page = asked.get(f"{root}/docs")

    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in page.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text):
        assert asked.get(f"{root}/{address}").status_code == 200
    assert "http" not in page.text


def _initial(page: str) -> dict[str, object]:
    block = page.partition('id="page-data">')[2].partition("</script>")[0]
    return json.loads(block)["initial"]
