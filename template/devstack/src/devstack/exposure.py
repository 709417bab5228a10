"""Where else than on this machine a service may be reached: `--host` and `--allow-host`."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from dotenv import dotenv_values

from .errors import ExposureRefused
from .guard import LOOPBACK_HOSTS
from .identity import SECRETS, is_local
from .serving import LOOPBACK

# Clerk's keys of production, and Tinybird's tokens.
_REAL = ("sk_live_", "pk_live_", "p.eyJ")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Exposure:
    """The address to bind to, and the names beside loopback ones that requests may carry."""

    address: str = LOOPBACK
    allowed: frozenset[str] = frozenset()

    @property
    def hosts(self) -> frozenset[str]:
        """Every name that a request may carry."""
        return LOOPBACK_HOSTS | self.allowed


LOOPBACK_ALONE = Exposure()


def add_exposure_options(parser: argparse.ArgumentParser) -> None:
    """Let the command line name an address and hosts; without them it is loopback alone."""
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        metavar="ADDRESS",
        help="bind to this address, such as 0.0.0.0 in a container; default: loopback",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer requests to this host, and its pages, too; once for each name",
    )


def exposure_of(
    arguments: argparse.Namespace, folder: Path, environ: Mapping[str, str] = os.environ
) -> Exposure:
    """Return what the command line asks for.

    Args: folder: where a `.env` may lie.
    Raises: ExposureRefused: no address, no name, or there are real secrets beside it.
    """
    allowed = frozenset(_name(text) for text in arguments.allow_host)
    exposure = Exposure(_address(arguments.host), allowed)
    if exposure != LOOPBACK_ALONE:
        _refuse_real_secrets(folder, environ)
    return exposure


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ExposureRefused(
            f"--host {text} is no address: give one of this machine, such as 0.0.0.0 for all."
        ) from None


def _name(text: str) -> str:
    name = text.lower().removeprefix("[").removesuffix("]")
    if _NAME.fullmatch(name) or _is_address(name):
        return name
    raise ExposureRefused(
        f"--allow-host {text} is no host's name: spell one out, such as tinybird or"
        " devbox.example.com, without scheme, port or wildcard, and repeat it for others."
    )


def _is_address(text: str) -> bool:
    try:
        return ip_address(text).version in (4, 6)
    except ValueError:
        return False


def _refuse_real_secrets(folder: Path, environ: Mapping[str, str]) -> None:
    places = {"the environment": environ, ".env": dotenv_values(folder / ".env")}
    for place, values in places.items():
        real = sorted(name for name, value in values.items() if value and _is_real(name, value))
        if real:
            raise ExposureRefused(
                f"{', '.join(real)} in {place} is a real secret: with --host or --allow-host this"
                " runs where there are none. Take it away, or start without these options."
            )


def _is_real(name: str, value: str) -> bool:
    # Whatever it is called: others have names of their own for these.
    if value.startswith(_REAL):
        return True
    bare = name.removeprefix("NEXT_PUBLIC_")
    return bare in (*SECRETS, "TB_TOKEN", "TB_USER_TOKEN") and not is_local(value)
