from __future__ import annotations

import pytest
from roost.errors import AppError
from roost.http.heads import tidy

ONCE = [
    b"authorization",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"host",
    b"origin",
    b"svix-id",
    b"svix-signature",
    b"svix-timestamp",
]


@pytest.mark.parametrize(
    "name",
    [
        b"x_forwarded_for",
        b"x-forwarded_for",
        b"x_forwarded-for",
        b"_",
        b"authorization_",
        b"content_length",
        b"x_expected_tenant",
    ],
)
def test_a_name_with_an_underscore_poses_as_no_other(name: bytes) -> None:
    assert tidy([(b"host", b"a"), (name, b"1")]) == [(b"host", b"a")]


@pytest.mark.parametrize("name", ONCE)
@pytest.mark.parametrize("values", [(b"a", b"a"), (b"a", b"b"), (b"", b"a"), (b"a", b"", b"a")])
def test_what_can_be_given_once_is_refused_when_it_is_given_twice(
    name: bytes, values: tuple[bytes, ...]
) -> None:
    with pytest.raises(AppError, match="request-invalid") as caught:
        tidy([(b"accept", b"*/*"), *((name, value) for value in values)])

    assert name.decode() in caught.value.detail


def test_lists_and_cookies_become_one_line_in_their_order() -> None:
    headers = [
        (b"accept", b"text/csv"),
        (b"cookie", b"a=1"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"accept", b"*/*"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"5.6.7.8"),
        (b"cookie", b"c=3"),
    ]

    assert tidy(headers) == [
        (b"accept", b"text/csv, */*"),
        (b"cookie", b"a=1; b=2; c=3"),
        (b"x-forwarded-for", b"1.2.3.4, 5.6.7.8"),
    ]
