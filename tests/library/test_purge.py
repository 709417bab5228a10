"""The purge against a Clerk and a Tinybird that answer what a test says."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx2
import pytest
from roost.environment import SettingsInvalid
from roost.net.client import AsyncClient
from roost.purge.clerk import Clerk
from roost.purge.run import Purge
from roost.purge.settings import load_purge_settings
from roost.purge.unfinished import PurgeUnfinished
from roost.purge.workspace import Workspace
from roost.settings import Settings

from .conftest import ENVIRONMENT, NO_FILE, NOW, SECRET

DAY_S = 86_400
ADMIN = "p.local_admin-5ec2e7"
GONE = httpx2.Response(404, json={"errors": [{"code": "resource_not_found"}]})
KEYS = httpx2.Response(200, json={"keys": [{"kid": "ins_ours"}]})


@dataclass
class World:
    """Both services, and a clock that sleeping moves on.

    tables: the rows of org_gone in each table that has a tenant_id.  late: rows that arrive in
    `events` while the purge waits.
    """

    stone_at: float = NOW - 30 * DAY_S
    organization: httpx2.Response = field(default_factory=lambda: GONE)
    instance: httpx2.Response = field(default_factory=lambda: KEYS)
    jobs: list[str] = field(default_factory=lambda: ["done"])
    stone_id: str = "org_gone"
    late: int = 0
    now: float = NOW
    said: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tables: Counter[str] = field(
        default_factory=lambda: Counter({"events": 3, "events_hourly": 2, "tenants": 1})
    )

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as Clerk or Tinybird would."""
        path, query = request.url.path, dict(request.url.params).get("q", "")
        if path.endswith("jwks.json"):
            return KEYS
        if path == "/v1/jwks":
            return self.instance
        if path.startswith("/v1/organizations/"):
            return self.organization
        if path == "/v0/datasources":
            names = ["tenants", "events_hourly", "events", "event_types"]
            return httpx2.Response(200, json={"datasources": [{"name": name} for name in names]})
        if path.startswith("/v0/jobs/"):
            status = self.jobs.pop(0) if len(self.jobs) > 1 else self.jobs[0]
            return httpx2.Response(200, json={"status": status})
        if path.endswith("/delete"):
            return self._delete(path.split("/")[3], parse_qs(request.content.decode()))
        return self._select(query)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and the late rows arrive."""
        self.now += seconds
        self.tables["events"] += self.late
        self.late = 0

    def purge(self, settings: Settings, grace_s: float = 7 * DAY_S) -> None:
        """Run the purge."""
        client = AsyncClient(httpx2.MockTransport(self.answer))
        workspace = Workspace(settings.tinybird_api_url, ADMIN, client, self.sleep)
        run = Purge(
            Clerk(settings, client),
            workspace,
            grace_s,
            token_life_s=300,
            say=self.said.append,
            clock=lambda: self.now,
            sleep=self.sleep,
        )
        asyncio.run(run.run())

    def _delete(self, table: str, form: dict[str, list[str]]) -> httpx2.Response:
        assert form == {"delete_condition": ["tenant_id IN ('org_gone')"]}
        self.deleted.append(table)
        del self.tables[table]
        return httpx2.Response(200, json={"job_id": "job_1", "status": "waiting"})

    def _select(self, sql: str) -> httpx2.Response:
        table = sql.partition(" FROM ")[2].split()[0]
        if sql.startswith("SELECT kind"):
            is_left = self.tables["tenants"] > 0
            stone = {"kind": "organization", "id": self.stone_id, "at": self.stone_at}
            return httpx2.Response(200, json={"data": [stone] if is_left else []})
        if sql.startswith("SELECT count"):
            return httpx2.Response(200, json={"data": [{"rows": str(self.tables[table])}]})
        if table.endswith("_quarantine"):
            return httpx2.Response(404, json={"error": "not found"})
        columns = ["event"] if table == "event_types" else ["tenant_id", "event"]
        return httpx2.Response(200, json={"meta": [{"name": name} for name in columns]})


def test_every_table_with_tenants_is_emptied_the_tombstones_own_last(settings: Settings) -> None:
    world = World()

    world.purge(settings)

    assert world.deleted == ["events", "events_hourly", "tenants"]
    assert world.said[-1] == (
        "1 tenants removed, and nothing of them is left; 3 tables hold tenants' rows."
    )


def test_rows_sent_with_a_token_that_was_still_alive_are_removed_too(settings: Settings) -> None:
    world = World(stone_at=NOW - 100, late=4)

    world.purge(settings, grace_s=0)

    assert world.now == NOW + 200
    assert world.deleted == ["events", "events_hourly", "events", "tenants"]
    assert sum(world.tables.values()) == 0


def test_a_job_is_waited_for(settings: Settings) -> None:
    world = World(jobs=["waiting", "working", "done"])

    world.purge(settings)

    assert world.now == NOW + 4


def test_a_failed_job_ends_the_run_and_the_next_one_goes_on(settings: Settings) -> None:
    world = World(jobs=["error", "done"])

    with pytest.raises(PurgeUnfinished, match="deletes from events is error"):
        world.purge(settings)
    assert world.tables["tenants"] == 1
    world.purge(settings)

    assert sum(world.tables.values()) == 0


def test_rows_that_are_left_are_told(settings: Settings) -> None:
    class Deaf(World):
        def _delete(self, table: str, form: dict[str, list[str]]) -> httpx2.Response:
            return httpx2.Response(200, json={"job_id": "job_1"})

    with pytest.raises(PurgeUnfinished, match="Rows are left in events, events_hourly, tenants"):
        Deaf().purge(settings)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(404, text="<html>no such page</html>"),
        httpx2.Response(404, json={"errors": []}),
        httpx2.Response(401, json={"errors": [{"code": "resource_not_found"}]}),
        httpx2.Response(503),
    ],
)
def test_only_clerks_own_word_makes_a_tenant_due(
    settings: Settings, answer: httpx2.Response
) -> None:
    world = World(organization=answer)

    with pytest.raises(PurgeUnfinished, match="Clerk answers"):
        world.purge(settings)

    assert world.deleted == []


def test_a_tenant_that_clerk_has_and_one_in_grace_stay(settings: Settings) -> None:
    alive = World(organization=httpx2.Response(200, json={"id": "org_gone"}))
    young = World(stone_at=NOW - 6 * DAY_S)

    alive.purge(settings)
    young.purge(settings)

    assert alive.deleted == young.deleted == []
    assert "Clerk still has it" in alive.said[0]
    assert young.said[0] == "organization org_gone: kept until 2027-01-16 08:00 UTC."


def test_the_key_of_another_instance_makes_nobody_due(settings: Settings) -> None:
    other = World(instance=httpx2.Response(200, json={"keys": [{"kid": "ins_other"}]}))

    with pytest.raises(PurgeUnfinished, match="another Clerk instance"):
        other.purge(settings)

    assert other.deleted == []


@pytest.mark.parametrize("id_", ["", "a' OR '1'='1", "x" * 129, "a b"])
def test_an_odd_id_is_left_alone(settings: Settings, id_: str) -> None:
    world = World(stone_id=id_)

    world.purge(settings)

    assert world.deleted == []
    with pytest.raises(PurgeUnfinished, match="letters, digits"):
        asyncio.run(_workspace(settings).count("events", [id_]))


def test_the_settings_of_the_purge_are_its_own() -> None:
    environment = {**ENVIRONMENT, "TINYBIRD_ADMIN_TOKEN": ADMIN}

    settings = load_purge_settings(None, environment, NO_FILE)

    assert (settings.admin_token, settings.grace_days) == (ADMIN, 7)
    assert ADMIN not in repr(settings)
    environment["PURGE_GRACE_DAYS"] = "30"
    assert load_purge_settings(None, environment, NO_FILE).grace_days == 30
    assert load_purge_settings(0, environment, NO_FILE).grace_days == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"TINYBIRD_ADMIN_TOKEN": ""}, "TINYBIRD_ADMIN_TOKEN is missing"),
        ({"TINYBIRD_ADMIN_TOKEN": SECRET}, "must not be TINYBIRD_JWT_SECRET"),
        ({"TINYBIRD_ADMIN_TOKEN": "a b"}, "TINYBIRD_ADMIN_TOKEN must be one word"),
        ({"PURGE_GRACE_DAYS": "soon"}, "PURGE_GRACE_DAYS must be a number of days"),
        ({"CLERK_SECRET_KEY": ""}, "CLERK_SECRET_KEY is missing"),
    ],
)
def test_a_purge_that_lacks_a_setting_does_not_begin(
    changed: dict[str, str], sentence: str
) -> None:
    environment = {**ENVIRONMENT, "TINYBIRD_ADMIN_TOKEN": ADMIN, **changed}

    with pytest.raises(SettingsInvalid, match=sentence):
        load_purge_settings(None, environment, NO_FILE)


def _workspace(settings: Settings) -> Workspace:
    answer = httpx2.Response(200, content=json.dumps({"data": [{"rows": "0"}]}))
    client = AsyncClient(httpx2.MockTransport(lambda _: answer))
    return Workspace(settings.tinybird_api_url, ADMIN, client)
