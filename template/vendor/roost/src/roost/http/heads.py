"""A request's headers as an app may read them: each once, and none that poses as another."""

from __future__ import annotations

from collections.abc import Iterable

from roost.errors import AppError

RawHeaders = list[tuple[bytes, bytes]]

# Frameworks take the first, the last, or both in one: given twice, they are taken by nobody.
_GIVEN_ONCE = {
    b"authorization",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"host",
    b"origin",
    b"svix-id",
    b"svix-signature",
    b"svix-timestamp",
}


def tidy(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """Return headers without repetition, and without names that hold an underscore.

    WSGI writes `-` and `_` alike: `X_Forwarded_For` would stand for `X-Forwarded-For`, which
    proxies check. Of a list, such as Accept, the parts are joined.
    Args: headers: their names in lower case.
    Raises: AppError: `request-invalid` (400) if one that can only be given once is given twice.
    """
    given: dict[bytes, bytes] = {}
    for name, value in headers:
        if b"_" in name:
            continue
        if name in given:
            value = _joined(name, given[name], value)
        given[name] = value
    return list(given.items())


def _joined(name: bytes, first: bytes, second: bytes) -> bytes:
    if name in _GIVEN_ONCE:
        raise AppError("request-invalid", f"The header {name.decode('latin-1')} is given twice.")
    # Source: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3, of cookies.
    return (b"; " if name == b"cookie" else b", ").join((first, second))
