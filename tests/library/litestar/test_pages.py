"""The pages and their files, in somebody's own app."""

from __future__ import annotations

import json
import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from ..issuer import Issuer

Client = TestClient[Litestar]


def test_a_page_holds_a_token_for_a_valid_session_alone(client: Client, issuer: Issuer) -> None:
    def initial(cookie: str) -> dict[str, str] | None:
        page = client.get("/analytics/", headers={"Cookie": cookie}).text
        block = re.search(r'id="page-data">(.*?)</script>', page)
        assert block is not None
        return json.loads(block[1])["initial"]

    data = initial(f"__session={issuer.issue()}")

    assert data is not None
    assert (data["tenant_id"], data["org_slug"]) == ("org_acme", "acme")
    assert initial("__session=junk") is None
    assert initial("") is None


def test_a_page_finds_its_files_below_the_prefix(client: Client) -> None:
    page = client.get("/analytics/").text

    addresses = re.findall(r'(?:src|href)="(/[^"]*/static/[^"]+)"', page)
    assert "/analytics/static/css/tokens.css" in addresses
    assert all(address.startswith("/analytics/static/") for address in addresses)


def test_files_are_asked_for_again_and_answered_304(client: Client) -> None:
    path = "/analytics/static/css/tokens.css"
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    changed = client.get(path, headers={"If-None-Match": '"other"'})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert "content-length" not in again.headers
    assert (changed.status_code, changed.content) == (200, first.content)


@pytest.mark.parametrize("name", ["nothing.css", "css", "%00", "x" * 300, "..%2f..%2fpolicy.py"])
def test_what_is_no_file_is_404(client: Client, name: str) -> None:
    response = client.get(f"/analytics/static/{name}")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_frame_says_on_which_sites_it_may_be_shown(client: Client) -> None:
    frame = client.get("/analytics/embed/top_events?e=forged")

    assert frame.status_code == 403
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert frame.headers["cache-control"] == "private, no-store"
    assert "x-frame-options" not in frame.headers


@pytest.mark.parametrize("name", ["roost/js/embed.js", "dashboard.js"])
def test_a_file_may_be_loaded_by_the_page_of_any_origin(client: Client, name: str) -> None:
    file = client.get(f"/analytics/static/{name}")

    assert (file.status_code, file.headers["access-control-allow-origin"]) == (200, "*")
    assert file.headers["cross-origin-resource-policy"] == "cross-origin"
