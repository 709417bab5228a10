"""The embedded Tinybird as a process that dies and returns, its raw table, its deployments."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2
import psutil

from ..product import stack
from .books import StoredRow
from .people import Tenant

GONE_WITHIN_S = 10.0
# What the data project's own fixtures belong to.
FIXTURE = "fixture"


class LocalTinybird:
    """The embedded Tinybird of a running stack; `pid` is that of its first process."""

    def __init__(self, env: Mapping[str, str], pid: int) -> None:
        self.url = env["TINYBIRD_API_URL"]
        self.admin_token = env["TINYBIRD_ADMIN_TOKEN"]
        self._process = psutil.Process(pid)
        # It starts again just as it was started: the same data directory and port.
        self._command = self._process.cmdline()
        self._folder, self._environ = self._process.cwd(), self._process.environ()
        self._own: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        """Kill the process with SIGKILL, and return when nothing of it holds its port."""
        self._process.kill()
        if self._own is not None:
            self._own.wait(GONE_WITHIN_S)
            return
        deadline = time.monotonic() + GONE_WITHIN_S
        # The first process is another's child: it may stay as a zombie.
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, "Tinybird outlived SIGKILL"
            time.sleep(0.01)

    def start(self) -> None:
        """Start the process again; it answers once it has loaded its data."""
        self._own = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self._process = psutil.Process(self._own.pid)

    def end(self) -> None:
        """End what was started here."""
        if self._own is not None:
            self._own.kill()
            self._own.wait(GONE_WITHIN_S)

    def memory_mb(self) -> float:
        """Return the resident memory of the process."""
        return self._process.memory_info().rss / 1024 / 1024

    async def stored(self, client: httpx2.AsyncClient, tenants: list[Tenant]) -> list[StoredRow]:
        """Read every row of the raw table but those of the fixtures."""
        known = await self._sql(client, "SELECT tenant_id, count() FROM events GROUP BY tenant_id")
        others = {str(row[0]) for row in known if FIXTURE not in str(row[0]).lower()}
        return [
            StoredRow(*(str(cell) for cell in row))
            for tenant_id in sorted({tenant.id for tenant in tenants} | others)
            for row in await self._sql(client, _rows_of(tenant_id))
        ]

    async def _sql(self, client: httpx2.AsyncClient, query: str) -> list[list[str | int]]:
        answer = await client.get(
            "/v0/sql",
            params={"q": f"{query} FORMAT JSONCompact"},
            headers={"Authorization": f"Bearer {self.admin_token}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def change_data_project(project: Path, number: int) -> str:
    """Add an endpoint and a column to the data project; return the endpoint's name."""
    endpoints, name = project / "tinybird" / "endpoints", f"soak_{number}"
    (endpoints / f"{name}.pipe").write_text((endpoints / "totals.pipe").read_text())
    table = project / "tinybird" / "datasources" / "events.datasource"
    last = "`properties` String `json:$.properties` DEFAULT '{}'"
    column = f"`{name}` String `json:$.{name}` DEFAULT ''"
    before = table.read_text()
    assert last in before
    table.write_text(before.replace(last, f"{column},\n    {last}"))
    return name


async def deploy(project: Path, port: int) -> tuple[int, str]:
    """Deploy the data project with the official CLI; return its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(*stack.DEVSTACK, "tb", "--local", "deploy"),
        cwd=project,
        env=stack.clean_environment() | {"TB_LOCAL_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()


def _rows_of(tenant_id: str) -> str:
    # JSON writes a text of ours as SQL does.
    text = json.dumps(tenant_id).replace("'", "\\'")[1:-1]
    return (
        "SELECT tenant_id, event_id, user_id, concat(event, ' ', session_id, ' ', properties)"
        f" FROM events WHERE tenant_id = '{text}'"
    )
