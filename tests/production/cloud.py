"""What stands for the owner's accounts: a Tinybird and a Clerk that know nothing of the project."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from dotenv import dotenv_values

from ..product import stack
from .failure import StepFailed, require

ENDS_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Tinybird:
    """A workspace. `token`: its workspace admin token."""

    url: str
    workspace_id: str
    token: str

    def token_named(self, name: str) -> str:
        """Copy a token from the page Tokens."""
        with self._api() as api:
            return api.get(f"/v0/tokens/{name}").raise_for_status().json()["token"]

    def create_admin_token(self, name: str) -> None:
        """Create a static token with the scope ADMIN on the page Tokens."""
        with self._api() as api:
            params = {"name": name, "scope": "ADMIN"}
            api.post("/v0/tokens", params=params).raise_for_status()

    def count_rows(self, tenant: str) -> dict[str, int]:
        """Count a tenant's rows in every table that has tenants, the quarantines included."""
        with self._api() as api:
            sources = api.get("/v0/datasources").raise_for_status().json()["datasources"]
            tables = [
                table
                for source in sources
                if any(column["name"] == "tenant_id" for column in source["columns"])
                for table in (source["name"], f"{source['name']}_quarantine")
            ]
            return {table: _count(api, table, tenant) for table in tables}

    def _api(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60)


@dataclass(frozen=True, slots=True)
class Clerk:
    """An instance, with the keys of its page API keys and the secret of its webhook endpoint."""

    url: str
    publishable_key: str
    secret_key: str
    webhook_secret: str

    def create_user(self, name: str, email: str, password: str) -> str:
        """Return the new user's id."""
        wanted = {"first_name": name, "email_address": [email], "password": password}
        return self.call("POST", "/v1/users", wanted)["id"]

    def create_organization(self, name: str, admin: str) -> str:
        """Return the new organization's id."""
        return self.call("POST", "/v1/organizations", {"name": name, "created_by": admin})["id"]

    def call(self, method: str, path: str, body: Mapping[str, object] = {}) -> dict[str, Any]:
        """Call the Backend API."""
        headers = {"Authorization": f"Bearer {self.secret_key}"}
        answer = httpx2.request(method, self.url + path, headers=headers, json=body, timeout=60)
        return answer.raise_for_status().json()


@dataclass(frozen=True, slots=True)
class Cloud:
    """Both accounts."""

    tinybird: Tinybird
    clerk: Clerk


@contextlib.contextmanager
def running_cloud(devstack: Path, folder: Path) -> Generator[Cloud]:
    """Run both on free ports with fresh keys and no data.

    Args: devstack: the command.  folder: where their keys and data are, and nothing else.
    Raises: StepFailed: one of them ended.
    """
    folder.mkdir()
    with _serving(devstack, "tinybird", folder) as tinybird:
        keys = dotenv_values(folder / ".env.local", interpolate=False)
        with _serving(devstack, "clerk", folder) as clerk:
            yield Cloud(
                Tinybird(
                    tinybird,
                    keys["TINYBIRD_WORKSPACE_ID"] or "",
                    keys["TINYBIRD_JWT_SECRET"] or "",
                ),
                Clerk(
                    clerk,
                    keys["CLERK_PUBLISHABLE_KEY"] or "",
                    keys["CLERK_SECRET_KEY"] or "",
                    keys["CLERK_WEBHOOK_SIGNING_SECRET"] or "",
                ),
            )


@contextlib.contextmanager
def _serving(devstack: Path, service: str, folder: Path) -> Generator[str]:
    with subprocess.Popen(
        [devstack, service, "--port", "0"],
        cwd=folder,
        env=stack.clean_environment() | {"DEVSTACK_STATE": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            _, ready, url = process.stdout.readline().strip().partition(" ready at ")
            require(ready, f"`devstack {service}` ended before it was ready: see above.")
            yield url
        finally:
            process.terminate()
            _wait(process, service)


def _wait(process: subprocess.Popen[str], service: str) -> None:
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise StepFailed(f"`devstack {service}` did not end when it was told to.") from None


def _count(api: httpx2.Client, table: str, tenant: str) -> int:
    sql = f"SELECT count() AS n FROM {table} WHERE tenant_id = '{tenant}' FORMAT JSON"
    return api.get("/v0/sql", params={"q": sql}).raise_for_status().json()["data"][0]["n"]
