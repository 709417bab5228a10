"""Run the local Clerk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..exposure import LOOPBACK_ALONE, Exposure
from ..identity import Identity
from ..serving import claim_port, serve_on, url_of
from .app import build_app
from .demo import demo_of
from .instance import Instance

PORT_VARIABLE = "CLERK_LOCAL_PORT"


def serve(
    identity: Identity,
    port: int,
    data_dir: Path,
    *,
    project: Path = Path(),
    home_url: str = "http://127.0.0.1:8000",
    personal_accounts: bool = False,
    exposure: Exposure = LOOPBACK_ALONE,
) -> None:
    """Serve the local Clerk until SIGTERM or SIGINT, then return.

    Args: project: the root of the project, for its name and its demo file.  home_url: of the app,
        for the links of invitations that its backend makes.  personal_accounts: that nobody must
        choose an organization, whatever the demo file says.
    Prints `Clerk ready at <url>` once requests are answered; 0 as the port picks a free one.
    Raises: PortInUse: another program holds the port.  DataDirInUse: another server holds the
        data directory.  StateUnreadable, DemoInvalid: a file is damaged.
    """
    with claim_port(port, "Clerk", PORT_VARIABLE, exposure.address) as listener:
        url = url_of(listener)
        demo = demo_of(project)
        if personal_accounts:
            demo = replace(demo, personal_accounts=True)
        instance = Instance(
            url,
            identity.clerk_secret_key,
            demo,
            data_dir,
            home_url=home_url,
            hosts=exposure.hosts,
        )
        try:
            serve_on(listener, build_app(instance), "Clerk")
        finally:
            instance.close()
