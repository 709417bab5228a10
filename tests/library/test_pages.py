"""The JSON block of a page: nothing in it can end the element or start another."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from roost.http.pages import InitialData, page_data, script_json
from roost.policy.product import Product, TokenMinting
from roost.settings import Settings


@pytest.mark.parametrize(
    "slug",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>&lt;/script&gt;",
        "\u2028\u2029alert(1)",
        "\ud800",
    ],
)
def test_a_slug_cannot_leave_the_data_block(settings: Settings, slug: str) -> None:
    initial = InitialData(
        token="t", expires_at=1, tenant_id="org_1", user_id="u", org_slug=slug, endpoints=[]
    )

    text = script_json(page_data(settings, Product("Sample", "organization"), initial))

    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json.loads(text)["initial"]["org_slug"] == slug


@pytest.mark.parametrize(
    ("minting", "template"), [("backend", None), ("clerk_template", "tinybird")]
)
def test_a_page_is_told_which_jwt_template_mints_its_tokens(
    settings: Settings, minting: TokenMinting, template: str | None
) -> None:
    product = Product("Sample", "organization", minting)

    assert page_data(settings, product, None)["tinybird"]["template"] == template


@pytest.mark.parametrize("minting", ["backend", "clerk_template"])
def test_a_page_that_reads_through_the_backend_is_told_of_no_tinybird(
    settings: Settings, minting: TokenMinting
) -> None:
    settings = replace(settings, dashboard_reads="backend")

    data = page_data(settings, Product("Sample", "organization", minting), None)

    assert data["tinybird"] == {"api_url": None, "rps": 10, "template": None}
