"""Each row of COMPATIBILITY.md's table of commands that no other test runs, as the CLI does it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .third_party_projects import ThirdParty, third_party
from .tinybird_server import serving

MANY = Path(__file__).parent / "many_commands.py"
NEW_TOKEN = "token create static reports --scope PIPES:READ --resource devices"
WORKS = {
    "pipe ls": "devices",
    "copy ls": "readings_snapshot",
    "sink ls": "nightly",
    "materialization ls": "device_stats_mv",
    "connection ls": "fleet_kafka",
    "logs": "rows: 3 rows",
    "job ls": "kind: import",
    "job details {job}": "kind: import",
    "copy run readings_snapshot --wait": "Data copied to 'readings_all'",
    "datasource data readings --limit 1": "device_id",
    "datasource analyze fixtures/readings.ndjson": "`device` String `json:$.device`",
    "datasource create --file fixtures/readings.ndjson --name made --yes": "made.datasource",
    "endpoint token devices": "p.eyJ",
    "endpoint url devices": "/v0/pipes/devices.json?token=p.eyJ",
    "endpoint data devices --format csv": '"fan-2"',
    NEW_TOKEN: "'reports' generated",
    "token create static reports --scope ADMIN": "'reports' updated",
    "token scopes reports": "ADMIN",
    "datasource truncate readings --cascade --yes": "'device_stats' truncated",
    "token refresh reports --yes": "refreshed",
    "token rm reports --yes": "removed",
    "token create jwt visitor --ttl 1h --scope PIPES:READ --resource devices": "The token is: ey",
    "secret set spice salt": "'spice' set",
    "secret ls": "spice",
    "secret rm spice": "'spice' deleted",
    "test update devices": "all updated",
    "deployment ls": "Created at",
    "info": "http://127.0.0.1:",
    "fmt endpoints/devices.pipe --yes": "Saved local file endpoints/devices.pipe",
    "project archive": "workspace_datafiles.tar.gz",
}
REFUSED = {
    "job cancel {job}": "not in cancellable status: it is done",
    "job retry {job}": "does not emulate",
    "copy pause readings_snapshot": "does not emulate",
    "copy resume readings_snapshot": "does not emulate",
    "sink run nightly": "does not emulate",
    "datasource sample archive": "does not emulate",
    "datasource start readings_kafka": "does not emulate",
    "datasource stop readings_kafka": "does not emulate",
    "datasource sync archive --yes": "does not emulate",
    "datasource append readings --url https://example.com/a.ndjson": "does not emulate",
    "connection data archive_s3 --s3-bucket-uri s3://fleet-archive/*.csv": "does not emulate",
    "connection data fleet_kafka --kafka-topic t --kafka-group-id g": "does not emulate",
    "branch ls": "cloud-only",
    "workspace ls": "cloud-only",
    "infra ls": "cloud-only",
    "preview": "cloud-only",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended and what it printed."""

    status: int
    printed: str


@pytest.fixture(scope="module")
def sensors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThirdParty]:
    with serving(tmp_path_factory.mktemp("commands")) as server:
        yield third_party(server, "sensors", tmp_path_factory.mktemp("sensors") / "project")


@pytest.fixture(scope="module")
def answers(sensors: ThirdParty) -> dict[str, Answer]:
    """What the CLI said to each command, run in the order of the tables."""
    with sensors.client() as client:
        [job] = client.get("/v0/jobs").json()["jobs"]
    commands = [*WORKS, *REFUSED]
    lines = [json.dumps(["--local", *one.format(job=job["id"]).split()]) for one in commands]
    done = subprocess.run(
        [sys.executable, MANY],
        cwd=sensors.folder,
        env=sensors.environment,
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    said = [Answer(**json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip(commands, said, strict=True))


@pytest.mark.parametrize("command", WORKS)
def test_a_command_works(answers: dict[str, Answer], command: str) -> None:
    answer = answers[command]

    assert answer.status == 0, answer.printed
    assert WORKS[command] in answer.printed


@pytest.mark.parametrize("command", REFUSED)
def test_a_command_that_is_not_emulated_says_so(answers: dict[str, Answer], command: str) -> None:
    answer = answers[command]

    assert answer.status == 1, answer.printed
    assert REFUSED[command] in answer.printed
