"""What browsers are told and what is asked of them: hosts, origins, security headers."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from typing import Final

from roost.errors import AppError
from roost.identity.credentials import Credential, RequestHead
from roost.net.origins import hostname_of, is_loopback
from roost.variables import Network

# The Cache-Control of an answer that depends on who asks.
PRIVATE: Final = "private, no-store"
# Of a file whose address changes with it.
FOR_EVER: Final = "public, max-age=31536000, immutable"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def accepted_hosts(authorized_parties: Iterable[str]) -> frozenset[str]:
    """Return the host names of the app's pages."""
    return frozenset(hostname_of(party.partition("://")[2]) for party in authorized_parties)


def check_host(host: str | None, accepted: frozenset[str]) -> None:
    """Refuse a Host header that names neither this machine nor one of the app's pages.

    Raises: AppError: `host-unknown` (421).
    """
    if not _is_accepted(host or "", accepted):
        raise AppError("host-unknown")


# Nearly every request names the same host.
@functools.lru_cache(256)
def _is_accepted(host: str, accepted: frozenset[str]) -> bool:
    name = hostname_of(host)
    return bool(name) and (name in accepted or is_loopback(name))


def check_origin(head: RequestHead, credential: Credential, parties: Iterable[str]) -> None:
    """Refuse a change that another site's page makes with the browser's cookie.

    A bearer token never comes along by itself, so it needs no check.
    Raises: AppError: `origin-forbidden` (403) if Origin is missing, `null` or foreign.
    """
    if head.method in _SAFE_METHODS or credential.source == "bearer":
        return
    if head.origin not in parties:
        raise AppError("origin-forbidden")


def security_headers(csp: str, *, is_https: bool) -> dict[str, str]:
    """Return the headers that every answer carries unless it has its own."""
    headers = {
        "Content-Security-Policy": csp,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def client_address(peer: str, forwarded_for: str | None, trusted: Iterable[Network]) -> str:
    """Return the caller's address: the last one that no trusted proxy vouches for."""
    chain = [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]
    address = peer
    while chain and is_in(address, trusted):
        address = chain.pop()
    return address[:64]


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Tell whether an address belongs to one of the networks."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
