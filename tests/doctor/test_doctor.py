"""`poe doctor` on real services: nothing to say of a sound app, and each fault by its name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from ..product import stack
from .conftest import Doctor, Examination, tb

# In the fixtures, so it has rows that a leak would show.
TENANT = "org_fixture_acme"
SECRETS = ("SECRET", "TOKEN", "TINYBIRD_API_KEY")


@pytest.fixture
def late_service() -> Iterator[str]:
    """The URL of a service whose clock is an hour slow, and which takes no token."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Late) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def edited_by_hand(
    project: Path, cloud: stack.Stack, doctor: Doctor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Examination]:
    """What the doctor says after somebody has deployed other files than the project's."""
    folder = tmp_path_factory.mktemp("hand") / "tinybird"
    shutil.copytree(project / "tinybird", folder)
    _edit(folder / "endpoints")
    tb(project, folder, cloud, "deploy", "--allow-destructive-operations")
    yield doctor("--json", "--tenant", TENANT)
    tb(project, project / "tinybird", cloud, "deploy", "--allow-destructive-operations")


def test_a_sound_app_is_sound(doctor: Doctor, cloud: stack.Stack) -> None:
    examination = doctor("--tenant", TENANT, "--users", "1")

    assert examination.code == 0
    assert "0 errors, 0 warnings, 0 skipped" in examination.output
    assert "\x1b[" not in examination.output
    for name, value in cloud.env.items():
        assert not name.endswith(SECRETS) or value not in examination.output, name


def test_foreign_ids_and_keys_are_named(doctor: Doctor) -> None:
    examination = doctor(
        "--json",
        TINYBIRD_WORKSPACE_ID="7c2a7e4c-55b2-4a0c-8df3-1d0f0c0a7a11",
        CLERK_SECRET_KEY="sk_test_foreign",
        CLERK_WEBHOOK_SIGNING_SECRET="whsec_" + "c2hvcnQ=",
    )

    assert examination.code == 1
    assert examination.sentences("error") == {
        "clerk-instance": ["Clerk's Backend API refuses CLERK_SECRET_KEY (401)."],
        "tinybird-token": ["Tinybird refuses every minted token (403: The token is not valid.)."],
        "webhook-secret": [
            "CLERK_WEBHOOK_SIGNING_SECRET is no signing secret: every delivery is refused."
        ],
    }


def test_keys_that_nobody_publishes_are_named(doctor: Doctor, cloud: stack.Stack) -> None:
    _set_outage(cloud, 60)
    examination = doctor("--json", TINYBIRD_API_URL="http://127.0.0.1:9")
    _set_outage(cloud, 0)

    assert examination.code == 1
    assert set(examination.sentences("error")) == {"clerk-jwks", "tinybird"}
    assert "canary" in examination.sentences("skipped")


def test_a_clock_that_is_off_is_named(doctor: Doctor, late_service: str) -> None:
    found = doctor("--json", TINYBIRD_API_URL=late_service).sentences("error")["tinybird-clock"]

    assert len(found) == 1
    assert found[0].endswith("s ahead of Tinybird's: tokens are refused.")


def test_every_missing_setting_is_named(doctor: Doctor) -> None:
    examination = doctor("--json", TINYBIRD_JWT_SECRET="", CLERK_PUBLISHABLE_KEY="")

    named = [sentence.split()[0] for sentence in examination.sentences("error")["settings"]]
    assert sorted(named) == ["CLERK_PUBLISHABLE_KEY", "TINYBIRD_JWT_SECRET"]
    assert examination.code == 1


def test_an_admin_token_in_a_static_tokens_place_is_named(
    doctor: Doctor, cloud: stack.Stack
) -> None:
    admin = cloud.env["TINYBIRD_ADMIN_TOKEN"]

    examination = doctor("--json", TINYBIRD_API_KEY=admin, TINYBIRD_ADMIN_TOKEN="")

    found = examination.sentences("error")["static-tokens"]
    read = {sentence.split(":")[0].removeprefix("TINYBIRD_API_KEY can read ") for sentence in found}
    assert {"recent_events", "top_events", "the table events"} <= read
    assert "deployed" in examination.sentences("skipped")
    assert admin not in examination.output


def test_a_pipe_that_lost_its_tenant_is_named(edited_by_hand: Examination) -> None:
    found = edited_by_hand.sentences("error")

    assert found["canary"] == [
        "top_events shows rows to a tenant that does not exist when asked plainly."
    ]
    assert found["tenant-parameter"] == [
        "top_events answers without a tenant_id: it was deployed without the required parameter."
    ]
    assert edited_by_hand.code == 1


def test_an_endpoint_that_is_gone_is_named(edited_by_hand: Examination) -> None:
    assert edited_by_hand.sentences("error")["granted"] == [
        "totals is granted in policy.py and not deployed: its readers get an error."
    ]


def test_an_endpoint_that_came_by_hand_is_named(edited_by_hand: Examination) -> None:
    found = edited_by_hand.sentences("warning")

    assert found["deployed"] == [
        "stray is deployed and not in tinybird/: somebody made it by hand."
    ]
    assert found["tenant-parameter"] == [
        "stray answers without a tenant_id; nobody's token reads it yet."
    ]


def test_a_static_token_that_came_to_read_a_tenants_rows_is_named(
    edited_by_hand: Examination,
) -> None:
    assert edited_by_hand.sentences("error")["static-tokens"] == [
        "TINYBIRD_API_KEY can read recent_events: whoever holds it sees every tenant's rows."
    ]


class _Late(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def date_time_string(self, timestamp: float | None = None) -> str:
        assert timestamp is None
        return "Sun, 06 Nov 1994 08:49:37 GMT"

    def log_message(self, format: str, *args: object) -> None:
        pass


def _edit(endpoints: Path) -> None:
    query = "SELECT event, count() AS events FROM events GROUP BY event"
    _write(endpoints / "top_events.pipe", query)
    _write(endpoints / "stray.pipe", query)
    (endpoints / "totals.pipe").unlink()
    recent = endpoints / "recent_events.pipe"
    recent.write_text(f"TOKEN app_public READ\n\n{recent.read_text()}")


def _write(path: Path, query: str) -> None:
    path.write_text(f"NODE all\nSQL >\n    {query}\n\nTYPE endpoint\n")


def _set_outage(cloud: stack.Stack, seconds: int) -> None:
    headers = {"Authorization": f"Bearer {cloud.env['CLERK_SECRET_KEY']}"}
    url = f"{cloud.env['CLERK_API_URL']}/devstack/outage"
    httpx2.post(url, json={"seconds": seconds}, headers=headers, timeout=60).raise_for_status()
