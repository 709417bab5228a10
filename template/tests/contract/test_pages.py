"""The HTML shells over HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from .answers import ACME, ADA, SessionToken, session_cookie


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up"])
def test_a_page_is_public_and_holds_a_token_for_a_valid_session_alone(
    client: httpx2.Client, session_token: SessionToken, path: str
) -> None:
    signed, visitor, broken = (
        client.get(path, headers=headers)
        for headers in (session_cookie(session_token(ADA, ACME)), {}, {"Cookie": "__session=junk"})
    )

    initial = page_data(signed)["initial"]
    assert (initial["tenant_id"], initial["user_id"], initial["org_slug"]) == (ACME, ADA, "acme")
    assert page_data(visitor)["initial"] is None
    assert page_data(broken)["initial"] is None
    for response in (signed, visitor, broken):
        assert response.status_code == 200
        assert response.headers["cache-control"] == "private, no-store"
        policy = response.headers["content-security-policy"]
        script_sources = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe" not in script_sources


def page_data(response: httpx2.Response) -> dict[str, Any]:
    pattern = r'<script type="application/json" id="page-data">(.*?)</script>'
    match = re.search(pattern, response.text, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))
