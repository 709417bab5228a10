"""Where a request carries its session token: the Authorization header or Clerk's cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

# Both are made for every request, and to freeze one costs more than all that is done with it.


@dataclass(slots=True)
class Credential:
    """A session token as it was sent, not yet verified."""

    token: str = field(repr=False)
    source: Literal["bearer", "cookie"]


@dataclass(slots=True)
class RequestHead:
    """What the core needs to know of a request, the same from every framework.

    cookie: all Cookie headers, joined by "; ".  expected_tenants: as `queries.expected_tenants`
    reads them.
    """

    method: str
    authorization: str | None = field(default=None, repr=False)
    cookie: str | None = field(default=None, repr=False)
    origin: str | None = None
    expected_tenants: tuple[str, ...] = ()


def find_credential(head: RequestHead, cookie_suffix: str) -> Credential | None:
    """Return the session token of a request: a Bearer header first, then the cookies.

    Another scheme than Bearer is none of ours and is passed over.
    """
    scheme, _, token = (head.authorization or "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credential(token.strip(), "bearer")
    header = head.cookie or ""
    cookie = _cookie(header, f"__session_{cookie_suffix}") or _cookie(header, "__session")
    return Credential(cookie, "cookie") if cookie else None


def _cookie(header: str, name: str) -> str:
    # Found by hand: the standard library's parser drops what follows a cookie it dislikes.
    wanted = f"{name}="
    start = header.find(wanted)
    while start >= 0:
        end = header.find(";", start)
        value = header[start + len(wanted) : end if end >= 0 else None].strip()
        if value and (start == 0 or header[max(0, start - 2) : start].rstrip().endswith(";")):
            return value
        start = header.find(wanted, start + 1)
    return ""
