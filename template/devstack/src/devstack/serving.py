"""Serve one app, on loopback unless told otherwise, from a socket claimed beforehand."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
import sys
import threading
from collections.abc import Generator
from ipaddress import ip_address

import uvicorn
from starlette.types import ASGIApp

from .errors import ExposureRefused, PortInUse

LOOPBACK = "127.0.0.1"
_BACKLOG = 2048
_GRACE_S = 5
# Longer than clients keep an idle connection: one that both ends close at once loses a request.
_IDLE_S = 75


def claim_port(port: int, name: str, port_variable: str, address: str = LOOPBACK) -> socket.socket:
    """Bind and listen on a port, so that its URL is known before the app is built.

    Args: port: 0 picks a free one.  address: an IP address of this machine.
    Raises: PortInUse: if another program holds `port`.  ExposureRefused: no such address here.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ExposureRefused(f"--host {address} is no address of this machine.") from error
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(
            f"Port {port} is taken, so the local {name} cannot start: "
            f"stop the other program or set {port_variable} to a free port."
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL that `listener` answers at, without a trailing slash."""
    address, port = listener.getsockname()[:2]
    if ip_address(address).is_unspecified:
        address = LOOPBACK
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def serve_on(listener: socket.socket, app: ASGIApp, name: str, hints: str = "") -> None:
    """Serve `app` on a claimed port until SIGTERM or SIGINT, then return.

    Prints `<name> ready at <url>` on standard output once requests are answered, and `hints` on
    standard error.
    """
    ready_line = f"{name} ready at {url_of(listener)}"
    server = _AnnouncingServer(uvicorn_config(app), ready_line, hints)
    with _sigterm_as_interrupt(), contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """Return the settings that every local server runs with."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        # Forwarded headers would let a request choose its own scheme and client.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready_line: str, hints: str) -> None:
        super().__init__(config)
        self._ready_line, self._hints = ready_line, hints

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._ready_line, flush=True)
            print(self._hints, end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Generator[None]:
    # uvicorn raises the signal again once it has shut down; the default action of SIGTERM
    # would then end the process before its state is closed.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
