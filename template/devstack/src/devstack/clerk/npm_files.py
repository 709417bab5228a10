"""Serve the fetched ClerkJS under the addresses that its script tags name."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .clerkjs import PINS, Pin, package_dir
from .errors import ClerkError, not_found


async def npm_file(request: Request) -> Response:
    """Serve one file of ClerkJS; the version in the address is ignored, as npm's tags are."""
    pin = _pin(request.path_params["package"])
    name = request.path_params["file"]
    if not pin.has(name):
        raise not_found(f"The file {name}")
    path = package_dir(pin) / name
    if not path.is_file():
        raise _missing(pin, name)
    # A chunk's name carries its version and build; an entry's name stays the same.
    caching = "no-cache" if name == pin.entry else "public, max-age=31536000, immutable"
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, headers=headers, media_type="text/javascript; charset=utf-8")


def _pin(package: str) -> Pin:
    wanted = package.partition("@")[0]
    for pin in PINS:
        if pin.package == wanted:
            return pin
    raise not_found(f"The package @clerk/{package}")


def _missing(pin: Pin, name: str) -> ClerkError:
    if package_dir(pin).is_dir():
        return not_found(f"The file {name}")
    message = f"{pin.spec} has not been fetched yet: connect to the network and start again."
    return ClerkError(503, "clerkjs_not_fetched", message)
