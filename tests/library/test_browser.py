from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import ERRORS, AppError, encode_problem, http_error
from roost.http.browser import accepted_hosts, check_host, client_address, security_headers
from roost.http.pages import InitialData, content_security_policy, page_data, script_json
from roost.policy.product import Product
from roost.settings import Settings
from roost.variables import parse_networks

HOSTS = accepted_hosts(["https://app.example.com", "http://localhost:8000"])


@pytest.mark.parametrize(
    "host",
    ["app.example.com", "APP.example.com:443", "localhost:8000", "127.0.0.1:1", "[::1]:8000"],
)
def test_the_apps_own_hosts_are_served(host: str) -> None:
    check_host(host, HOSTS)


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", "app.example.com.evil.example", "app.example.com@evil.example",
     "evil.example#app.example.com", "app.example.com:x", "app.example.com/..", "10.0.0.1", "a, b"],
)  # fmt: skip
def test_any_other_host_is_refused(host: str | None) -> None:
    with pytest.raises(AppError) as caught:
        check_host(host, HOSTS)

    assert (caught.value.status, caught.value.code) == (421, "host-unknown")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ("", "1.2.3.4", "10.0.0.1"),
        ("10.0.0.0/8", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        ("10.0.0.0/8", None, "10.0.0.1"),
        ("*", "1.2.3.4, 5.6.7.8", "1.2.3.4"),
    ],
)
def test_only_trusted_proxies_name_the_client(
    trusted: str, forwarded: str | None, address: str
) -> None:
    assert client_address("10.0.0.1", forwarded, parse_networks(trusted)) == address


def test_the_policy_allows_scripts_from_here_and_from_clerk_alone(settings: Settings) -> None:
    csp = content_security_policy(settings)

    assert (
        "script-src 'self' https://foo-bar-13.clerk.accounts.dev "
        "https://challenges.cloudflare.com;" in csp
    )
    assert "connect-src 'self' https://foo-bar-13.clerk.accounts.dev http://127.0.0.1:7181;" in csp
    assert "frame-ancestors 'none';" in csp


def test_a_page_that_reads_through_the_backend_may_not_ask_tinybird(settings: Settings) -> None:
    csp = content_security_policy(dataclasses.replace(settings, dashboard_reads="backend"))

    assert "connect-src 'self' https://foo-bar-13.clerk.accounts.dev;" in csp
    assert "7181" not in csp


def test_https_is_insisted_on_where_every_page_uses_it() -> None:
    assert "Strict-Transport-Security" in security_headers("", is_https=True)
    assert "Strict-Transport-Security" not in security_headers("", is_https=False)


@given(st.text())
def test_no_text_ends_the_data_block(settings_text: str) -> None:
    data = _data(settings_text)

    encoded = script_json(data)

    assert not set("<>&\u2028\u2029") & set(encoded)
    assert json.loads(encoded) == data


def test_the_page_is_told_where_to_sign_in(settings: Settings) -> None:
    settings = dataclasses.replace(settings, clerk_proxy_url="http://127.0.0.1:7190")

    assert page_data(settings, Product("Sample", "organization"), None) == {
        "clerk": {
            "publishable_key": "pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk",
            "proxy_url": "http://127.0.0.1:7190",
            "frontend_api": "http://127.0.0.1:7190",
            "sign_in_url": "/sign-in",
            "sign_up_url": "/sign-up",
            "after_sign_in_url": "/",
            "after_sign_up_url": "/",
        },
        "tinybird": {"api_url": "http://127.0.0.1:7181", "rps": 10, "template": None},
        "tenancy": "organization",
        "initial": None,
    }


@pytest.mark.parametrize("code", ERRORS)
def test_every_refusal_is_a_problem_document(code: str) -> None:
    error = AppError(code)

    problem = json.loads(encode_problem(error))

    assert list(problem) == ["type", "title", "status", "detail", "code"]
    assert problem["code"] == code
    assert problem["status"] == error.status
    assert (error.headers.get("WWW-Authenticate") == "Bearer") is (error.status == 401)


def test_a_framework_says_404_and_405_in_the_same_words() -> None:
    assert http_error(404).code == "not-found"
    assert http_error(405, {"allow": "GET"}).headers == {"Allow": "GET, HEAD"}
    assert http_error(405, {"Allow": "POST"}).headers == {"Allow": "POST"}
    assert http_error(500).code == "internal"


def _data(text: str):  # noqa: ANN202
    initial = InitialData(
        token="t", expires_at=1, tenant_id="t", user_id="u", org_slug=text, endpoints=[text]
    )
    clerk = dict.fromkeys(("publishable_key", "frontend_api", "sign_in_url"), text)
    return {"clerk": clerk, "tinybird": {}, "tenancy": "organization", "initial": initial}
