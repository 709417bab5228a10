"""URLs, origins and hosts: what counts as loopback and what as safe to talk to."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def is_loopback(hostname: str) -> bool:
    """Tell whether a host name means this very machine."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def parse_base_url(text: str) -> str:
    """Check an https URL (or http on loopback) and return it without a trailing slash.

    Raises: ValueError: a sentence that goes on after the variable's name.
    """
    parts = _split(text)
    if parts.query or parts.fragment:
        raise ValueError("must be a plain URL, without ? or #")
    return f"{_origin(parts)}{parts.path.rstrip('/')}"


def parse_origin(text: str) -> str:
    """Check an origin such as https://app.example.com and return it in lower case.

    Raises: ValueError: a sentence that goes on after the variable's name.
    """
    parts = _split(text)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("must hold origins without a path, such as https://app.example.com")
    return _origin(parts)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL that was checked before."""
    return _origin(urlsplit(url))


def hostname_of(authority: str) -> str:
    """Return the host name of `host[:port]` in lower case, or "" for something else."""
    try:
        parts = urlsplit(f"//{authority}")
        _ = parts.port
    except ValueError:
        return ""
    plain = not (parts.path or parts.query or parts.fragment or parts.username is not None)
    return (parts.hostname or "") if plain else ""


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError("is no URL") from error
    if not parts.hostname or parts.username is not None or any(c.isspace() for c in text):
        raise ValueError("must be a URL such as https://host.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("must start with https:// (http:// is for this machine alone)")
    return parts


def _origin(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
