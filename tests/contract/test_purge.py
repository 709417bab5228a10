"""`app purge` on the real services: what Clerk has no more is removed, and nothing else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import httpx2
import pytest
from roost.testing.stack import NO_AUTHORITIES, ROOT, Stack, clean_environment

from .deliveries import Sender, deletion_event

HOUR_MS = 3_600_000


@pytest.fixture
def clerk(stack: Stack, client: httpx2.Client) -> Sender:
    """Clerk, whose secret the app has."""
    return Sender(client, stack.env["CLERK_WEBHOOK_SIGNING_SECRET"])


@pytest.fixture
def backend(stack: Stack) -> Iterator[httpx2.Client]:
    """Clerk's Backend API."""
    key = {"Authorization": f"Bearer {stack.env['CLERK_SECRET_KEY']}"}
    with httpx2.Client(
        base_url=stack.env["CLERK_API_URL"], headers=key, timeout=60, verify=NO_AUTHORITIES
    ) as backend:
        yield backend


def test_the_rows_of_a_deleted_organization_are_removed_and_no_others(
    stack: Stack, clerk: Sender, backend: httpx2.Client
) -> None:
    gone, neighbour = (_organization_with_rows(stack, name) for name in ("Gone", "Stays"))
    before = _counts(stack, neighbour)
    backend.delete(f"/v1/organizations/{gone}").raise_for_status()
    clerk.send(_tombstone(gone))
    held = _counts(stack, gone)

    planned = _purge(stack, "--grace-days", "0", "--dry-run")
    untouched = _counts(stack, gone)
    purged = _purge(stack, "--grace-days", "0")
    again = _purge(stack, "--grace-days", "0")

    assert held["events"] == 2
    assert held["events_quarantine"] == held["tenants"] == 1
    assert f"organization {gone}: deleted " in planned.stdout
    assert "2 of events" in planned.stdout
    assert untouched == held
    assert purged.returncode == 0, purged.stderr
    assert f"organization {gone}: removed." in purged.stdout
    assert set(_counts(stack, gone).values()) == {0}
    assert _counts(stack, neighbour) == before
    assert again.returncode == 0
    assert gone not in again.stdout
    _assert_silent_about_secrets(stack, planned, purged, again)


def test_a_signed_deletion_alone_removes_nothing(stack: Stack, clerk: Sender) -> None:
    alive = _organization_with_rows(stack, "Alive")
    clerk.send(_tombstone(alive))
    before = _counts(stack, alive)

    purged = _purge(stack, "--grace-days", "0")

    assert purged.returncode == 0, purged.stderr
    assert f"organization {alive}: Clerk still has it, so it is left alone." in purged.stdout
    assert _counts(stack, alive) == before


def test_a_deleted_tenant_is_kept_for_the_days_of_grace(
    stack: Stack, clerk: Sender, backend: httpx2.Client
) -> None:
    gone = _organization_with_rows(stack, "Grace")
    backend.delete(f"/v1/organizations/{gone}").raise_for_status()
    clerk.send(_tombstone(gone))
    before = _counts(stack, gone)

    purged = _purge(stack)

    assert purged.returncode == 0, purged.stderr
    assert f"organization {gone}: kept until " in purged.stdout
    assert _counts(stack, gone) == before


def test_the_key_of_another_clerk_instance_removes_nothing(stack: Stack) -> None:
    other = stack.env | {"CLERK_SECRET_KEY": "sk_test_local_another"}

    refused = _purge(stack, "--grace-days", "0", env=other)

    assert refused.returncode == 1
    assert "Clerk answers 401 when asked for its keys." in refused.stderr


def test_without_its_own_token_it_does_not_begin(stack: Stack) -> None:
    missing = _purge(stack, env=stack.env | {"TINYBIRD_ADMIN_TOKEN": ""})
    signing = stack.env | {"TINYBIRD_ADMIN_TOKEN": stack.env["TINYBIRD_JWT_SECRET"]}

    assert missing.returncode == 1
    assert "TINYBIRD_ADMIN_TOKEN is missing" in missing.stderr
    assert "must not be TINYBIRD_JWT_SECRET" in _purge(stack, env=signing).stderr


def _organization_with_rows(stack: Stack, name: str) -> str:
    organization = stack.create_organization(name)
    rows = [{"tenant_id": organization, "event": "purge", "event_id": str(n)} for n in range(2)]
    token = {"Authorization": f"Bearer {stack.env['TINYBIRD_INGEST_TOKEN']}"}
    good = [{**row, "user_id": "user_local_ada"} for row in rows]
    for body in (*good, {**rows[0], "timestamp": "never"}):
        url = f"{stack.env['TINYBIRD_API_URL']}/v0/events"
        params = {"name": "events", "wait": "true"}
        sent = httpx2.post(url, params=params, json=body, headers=token, verify=NO_AUTHORITIES)
        sent.raise_for_status()
    return organization


def _tombstone(organization: str) -> bytes:
    # Old enough for no token of its members to be alive.
    return deletion_event(organization, int(time.time() * 1000) - HOUR_MS)


def _counts(stack: Stack, tenant: str) -> dict[str, int]:
    admin = {"Authorization": f"Bearer {stack.env['TINYBIRD_ADMIN_TOKEN']}"}
    with httpx2.Client(
        base_url=stack.env["TINYBIRD_API_URL"],
        headers=admin,
        timeout=60,
        verify=NO_AUTHORITIES,
    ) as tinybird:
        found = {}
        for source in tinybird.get("/v0/datasources").json()["datasources"]:
            if not any(column["name"] == "tenant_id" for column in source["columns"]):
                continue
            for table in (source["name"], f"{source['name']}_quarantine"):
                sql = f"SELECT count() AS n FROM {table} WHERE tenant_id = '{tenant}' FORMAT JSON"
                answer = tinybird.get("/v0/sql", params={"q": sql})
                found[table] = answer.raise_for_status().json()["data"][0]["n"]
    return found


def _purge(
    stack: Stack, *options: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = ["uv", "run", "--quiet", "--no-active", "--no-sync", "app", "purge", *options]
    environ = clean_environment() | (stack.env if env is None else env)
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)


def _assert_silent_about_secrets(stack: Stack, *runs: subprocess.CompletedProcess[str]) -> None:
    secrets = [value for value in stack.env.values() if "local_" in value and len(value) > 30]
    assert secrets
    for run in runs:
        assert not any(secret in run.stdout + run.stderr for secret in secrets)
