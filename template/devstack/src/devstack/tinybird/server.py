"""Serve the embedded Tinybird until it is told to stop."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from ..data_dir import claim_data_dir
from ..exposure import LOOPBACK_ALONE, Exposure
from ..identity import Identity
from ..serving import claim_port, serve_on
from .app import build_app
from .http.request import Services
from .sql.engine import Engine
from .state import State
from .tokens.limits import RateLimits
from .workspaces.batches import Batches
from .workspaces.workspaces import Workspaces

JOURNAL_EVERY_S = 5


def serve(
    identity: Identity,
    project: Path,
    port: int,
    data_dir: Path,
    ttl: bool,
    exposure: Exposure = LOOPBACK_ALONE,
    hints: str = "",
) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready.

    Args: project: the folder of the datafiles.  port: 0 takes a free one.  ttl: let rows expire.
        hints: what is said on standard error at the start.
    Raises: PortInUse, DataDirInUse.
    """
    with (
        claim_port(port, "Tinybird", "TB_LOCAL_PORT", exposure.address) as listener,
        _services(identity, project, data_dir, ttl) as services,
    ):
        serve_on(listener, build_app(services, exposure.allowed), "Tinybird", hints)


@contextmanager
def _journals_written(workspaces: Workspaces) -> Generator[None]:
    stopping = threading.Event()

    def write() -> None:
        while not stopping.wait(JOURNAL_EVERY_S):
            workspaces.write_journals()

    writer = threading.Thread(target=write, name="journals")
    writer.start()
    try:
        yield
    finally:
        stopping.set()
        writer.join()
        workspaces.write_journals()


@contextmanager
def _services(identity: Identity, project: Path, data_dir: Path, ttl: bool) -> Generator[Services]:
    with os.fdopen(claim_data_dir(data_dir, "embedded Tinybird")):
        spool = data_dir / "spool"
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir()
        engine, state = Engine(data_dir / "clickhouse"), State(data_dir / "state.sqlite")
        try:
            workspaces = Workspaces(identity, project, engine, state, spool.resolve(), ttl=ttl)
            with closing(workspaces), _journals_written(workspaces):
                yield Services(workspaces, Batches(), RateLimits())
        finally:
            state.close()
            engine.close()
