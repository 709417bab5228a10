from __future__ import annotations

import pytest
from roost.identity.clerk import cookie_suffix, parse_publishable_key
from roost.identity.credentials import RequestHead, find_credential

SUFFIX = "mRDTYjw1"


def token_of(authorization: str | None = None, cookie: str | None = None) -> str | None:
    credential = find_credential(RequestHead("GET", authorization, cookie), SUFFIX)
    return credential.token if credential else None


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc "])
def test_the_scheme_is_read_in_any_case(header: str) -> None:
    assert token_of(header) == "abc"


@pytest.mark.parametrize("header", ["Basic dTpw", "abc", "Bearer", "Bearer ", "BearerX abc", ""])
def test_another_scheme_is_passed_over_for_the_cookie(header: str) -> None:
    assert token_of(header, "__session=from-cookie") == "from-cookie"
    assert token_of(header) is None


def test_the_header_comes_before_the_cookie() -> None:
    assert token_of("Bearer from-header", "__session=from-cookie") == "from-header"


@pytest.mark.parametrize(
    "cookie",
    [
        f"__session=plain; __session_{SUFFIX}=own",
        f"__session_other=foreign; __session_{SUFFIX}=own; __session=plain",
        f'prefs={{"a": [1, 2]}}; a=b c, d; =; ;; __session_id=x;__session_{SUFFIX}= own ',
    ],
)
def test_the_cookie_of_this_instance_wins_whatever_stands_around_it(cookie: str) -> None:
    assert token_of(cookie=cookie) == "own"


def test_the_plain_cookie_serves_where_the_own_one_is_missing_or_empty() -> None:
    assert token_of(cookie=f"__session_{SUFFIX}=; __session=plain") == "plain"
    assert token_of(cookie="__session_other=foreign; __session=first; __session=second") == "first"


@pytest.mark.parametrize(
    "cookie", ["", "__session=", "__session_other=x", "x__session=x", "a=b __session=x", "junk"]
)
def test_a_request_without_a_session_cookie_carries_none(cookie: str) -> None:
    assert token_of(cookie=cookie) is None


def test_the_suffix_is_made_of_the_key_as_it_is_written() -> None:
    with_padding = cookie_suffix("pk_test_Zm9vLmJhci5jb20k=")

    assert len(with_padding) == 8
    assert with_padding != cookie_suffix("pk_test_Zm9vLmJhci5jb20k")


def test_a_publishable_key_names_its_frontend_api() -> None:
    key = parse_publishable_key("pk_test_MTI3LjAuMC4xOjcxOTAvYWNjb3VudHMuZGV2JA")

    assert key.frontend_host == "127.0.0.1:7190/accounts.dev"
    assert not key.is_live


@pytest.mark.parametrize(
    "text",
    ["", "pk_test_", "sk_test_Zm9vLmJhciQ", "pk_prod_Zm9vLmJhciQ", "pk_test_Zm9vLmJhcg",
     "pk_test_Zm9vJA", "pk_test_Zm9vLmJhciQk", "pk_test_%%%", "pk_live_a_b"],
)  # fmt: skip
def test_a_malformed_publishable_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be the publishable key"):
        parse_publishable_key(text)


def test_tokens_stay_out_of_every_repr() -> None:
    head = RequestHead("GET", "Bearer 5ec2e7", "__session=5ec2e7")

    assert "5ec2e7" not in repr(head) + repr(find_credential(head, SUFFIX))
