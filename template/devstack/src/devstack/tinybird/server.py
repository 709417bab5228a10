"""Serve the embedded Tinybird until it is told to stop."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..data_dir import claim_data_dir
from ..identity import Identity
from ..serving import claim_port, serve_on
from .api.request import Services
from .app import build_app
from .batches import Batches
from .engine import Engine
from .limits import RateLimits
from .state import State
from .workspaces import Workspaces


def serve(identity: Identity, project: Path, port: int, data_dir: Path, ttl: bool) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready.

    Args: project: the folder of the datafiles.  port: 0 takes a free one.  ttl: let rows expire.
    Raises: PortInUse, DataDirInUse.
    """
    with (
        claim_port(port, "Tinybird", "TB_LOCAL_PORT") as listener,
        _services(identity, project, data_dir, ttl) as services,
    ):
        serve_on(listener, build_app(services), "Tinybird")


@contextmanager
def _services(identity: Identity, project: Path, data_dir: Path, ttl: bool) -> Generator[Services]:
    with os.fdopen(claim_data_dir(data_dir, "embedded Tinybird")):
        spool = data_dir / "spool"
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir()
        engine, state = Engine(data_dir / "clickhouse"), State(data_dir / "state.sqlite")
        try:
            workspaces = Workspaces(identity, project, engine, state, spool.resolve(), ttl=ttl)
            yield Services(workspaces, Batches(), RateLimits())
        finally:
            state.close()
            engine.close()
