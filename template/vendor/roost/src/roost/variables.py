"""What each kind of environment variable may hold.

Every function raises ValueError with a sentence that goes on after the variable's name and never
repeats the value.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import Literal

from roost.net.origins import parse_origin
from roost.telemetry.logs import LogFormat
from roost.tinybird.tokens import RateLimitBy

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DashboardReads = Literal["direct", "backend"]
FrontendMode = Literal["built", "dev"]

_MIN_SECRET_BYTES = 32
# Base64, its padding left out perhaps.
_WEBHOOK_SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,4}={0,2}")
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def parse_port(text: str) -> int:
    """Read a TCP port."""
    return _number(text, 1, 65535)


def parse_ttl(text: str) -> int:
    """Read the life of a minted token in seconds."""
    return _number(text, 60, 3600)


def parse_rps(text: str) -> int:
    """Read a number of requests per second."""
    return _number(text, 1, 1000)


def parse_rate_limit_by(text: str) -> RateLimitBy:
    """Read whose requests are counted together."""
    if text == "user" or text == "tenant":
        return text
    raise ValueError("must be user or tenant")


def parse_days(text: str) -> int:
    """Read a number of days."""
    try:
        return _number(text, 0, 3650)
    except ValueError:
        raise ValueError("must be a number of days from 0 to 3650") from None


def parse_budget(text: str) -> int:
    """Read a number of queries a day."""
    return _number(text, 1, 100_000_000)


def parse_dashboard_reads(text: str) -> DashboardReads:
    """Read whom the dashboard's charts ask."""
    if text == "direct" or text == "backend":
        return text
    raise ValueError("must be direct or backend")


def parse_frontend_mode(text: str) -> FrontendMode:
    """Read whether a React page names the files of its build, or those of Vite's own server."""
    if text == "built" or text == "dev":
        return text
    raise ValueError("must be built or dev")


def parse_uuid(text: str) -> str:
    """Read a workspace's id."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError("must be the workspace's UUID: `tb workspace current` shows it") from None


def parse_token(text: str) -> str:
    """Read a token or key that is sent in a header."""
    if not text.isascii() or any(char.isspace() or not char.isprintable() for char in text):
        raise ValueError("must be one word: paste the token again, without spaces or line breaks")
    return text


def parse_signing_secret(text: str) -> str:
    """Read the workspace admin token, the key that tokens are signed with."""
    if len(parse_token(text).encode()) < _MIN_SECRET_BYTES:
        raise ValueError("is too short: copy the token called 'workspace admin token'")
    return text


def parse_webhook_secrets(text: str) -> tuple[str, ...]:
    """Read a list of webhook signing secrets: while one is exchanged, two are in use."""
    secrets = tuple(re.split(r"[\s,]+", text.strip(", ")))
    if not all(_WEBHOOK_SECRET.fullmatch(secret) for secret in secrets):
        raise ValueError("must be whsec_... as Clerk shows it, or several with commas")
    return secrets


def parse_parties(text: str) -> tuple[str, ...]:
    """Read a comma list of origins."""
    parties = tuple(parse_origin(part.strip()) for part in text.split(",") if part.strip())
    if not parties:
        raise ValueError("must hold the origins of your pages: https://app.example.com")
    return parties


def parse_page_url(text: str) -> str:
    """Read the address of a page: a path of this app, or a URL."""
    if text.startswith("/"):
        if text.startswith(("//", "/\\")) or not text.isprintable() or " " in text:
            raise ValueError("must be a path such as /sign-in, or a URL")
        return text
    parse_origin("/".join(text.split("/")[:3]))
    return text


def parse_frame_ancestors(text: str) -> str:
    """Read who may show the app in a frame, and return it as CSP spells it."""
    words = [word.strip("'\"") for word in re.split(r"[\s,]+", text.strip()) if word.strip("'\"")]
    if words in (["none"], ["self"]):
        return f"'{words[0]}'"
    try:
        return " ".join("'self'" if word == "self" else parse_origin(word) for word in words)
    except ValueError:
        raise ValueError("must be 'none', 'self' or origins such as https://a.example") from None


def parse_networks(text: str) -> tuple[Network, ...]:
    """Read the addresses of trusted proxies: a comma list of addresses and networks, or *."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return tuple(
            ipaddress.ip_network(network, strict=False)
            for word in words
            for network in (_EVERYWHERE if word == "*" else (word,))
        )
    except ValueError:
        raise ValueError("must hold addresses such as 10.0.0.1 or 10.0.0.0/8, or *") from None


def parse_log_format(text: str) -> LogFormat:
    """Read how log lines are written."""
    if text == "json" or text == "text":
        return text
    raise ValueError("must be json or text, or empty: text in a terminal and else JSON")


def _number(text: str, least: int, most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    raise ValueError(f"must be a number from {least} to {most}")
