"""`poe dev` as its user meets it: one ready line, three processes that may die, saved files."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from .dev import DEV, Dev, free_ports, wait_until
from .processes import command_line
from .product import stack

pytestmark = pytest.mark.slow

READY_WITHIN_S = 90


@pytest.fixture(scope="module")
def dev(project: Path) -> Iterator[Dev]:
    """The running task."""
    dev = Dev(project, free_ports())
    yield dev
    dev.end(signal.SIGTERM)


def test_the_ready_line_names_the_url_and_the_demo_sign_ins(dev: Dev) -> None:
    assert dev.ready_line.startswith(f"Ready: {dev.url}")
    assert "ada@example.com" in dev.ready_line
    assert "local-demo-password" in dev.ready_line


def test_each_demo_pair_sees_a_tenant_of_its_own(dev: Dev) -> None:
    pairs = [["user_local_ada", "org_local_acme"], ["user_local_linus", "org_local_initech"]]

    tokens = [dev.ask("session-token", "--user", user, "--org", org) for user, org in pairs]
    tenants = [_me(dev, token)["tenant_id"] for token in tokens]
    counts = [dev.events(token) for token in tokens]

    assert tenants == ["org_local_acme", "org_local_initech"]
    assert min(counts) > 0
    assert counts[0] != counts[1]


def test_the_commands_of_the_readme_work(dev: Dev) -> None:
    readme = (dev.project / "README.md").read_text()
    (commands,) = [
        block for block in re.findall(r"```sh\n(.*?)```", readme, re.S) if "curl" in block
    ]

    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands.replace("http://127.0.0.1:8000", dev.url)],
        cwd=dev.project,
        env=stack.clean_environment() | dev.ports,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    assert '"tenant_id":"org_local_acme"' in result.stdout
    assert '{"accepted":1,"quarantined":0}' in result.stdout


def test_webhook_send_delivers_what_the_local_clerk_has(dev: Dev) -> None:
    types = ("organization.created", "organizationMembership.updated", "user.updated")

    answers = [dev.ask("webhook-send", type_) for type_ in (*types, "organization.deleted")]
    told = dev.ask("tb", "sql", "SELECT kind, id, name, deleted FROM tenants FINAL")

    assert answers == ['{"status":"ok"}'] * 4
    assert "org_local_acme" in told
    assert "user_local_ada" in told


def test_an_event_that_was_accepted_survives_the_death_of_every_process(dev: Dev) -> None:
    token = dev.ask("session-token")
    before = dev.events(token)

    reply = httpx2.post(
        f"{dev.url}/api/events",
        headers={"Authorization": f"Bearer {token}"},
        json=[{"event": "report_shared"}, {"event": "plan_upgraded"}],
        timeout=60,
    )
    for name in ("devstack tinybird", "devstack clerk", "app serve"):
        _kill(dev, name)
    wait_until(
        lambda: httpx2.get(f"{dev.url}/readyz", timeout=10).status_code == 200, READY_WITHIN_S
    )

    assert reply.json() == {"accepted": 2, "quarantined": 0}
    assert dev.events(dev.ask("session-token")) == before + 2


def test_a_broken_datafile_leaves_the_previous_build_serving(dev: Dev) -> None:
    pipe = dev.project / "tinybird" / "endpoints" / "top_events.pipe"
    good = pipe.read_text()
    token = dev.ask("session-token")
    before = dev.events(token)

    pipe.write_text(good.replace("FROM", "FORM"))
    wait_until(
        lambda: any("The previous build goes on serving" in e for e in dev.errors), READY_WITHIN_S
    )
    during = dev.events(token)
    pipe.write_text(good)

    assert during == before
    assert any("top_events" in line for line in dev.errors)


def test_a_misspelt_column_fails_its_step_with_file_line_and_sentence(dev: Dev) -> None:
    pipe = dev.project / "tinybird" / "endpoints" / "top_events.pipe"
    good = pipe.read_text()
    token = dev.ask("session-token")
    before = dev.events(token)
    said = len(dev.errors)

    pipe.write_text(good.replace("GROUP BY event\n", "GROUP BY evnt\n"))
    kept = "The previous build goes on serving. Mend the file and save it.\n"
    wait_until(lambda: kept in dev.errors[said:], READY_WITHIN_S)
    lines = dev.errors[said:]
    during = dev.events(token)
    pipe.write_text(good)

    assert any(line.startswith("✗ Building the data project") for line in lines)
    (sentence,) = [line for line in lines if line.startswith("tinybird/")]
    assert sentence.startswith("tinybird/endpoints/top_events.pipe:39: there is no column `evnt`.")
    assert during == before


def test_a_grant_that_is_taken_away_is_gone_at_once(dev: Dev) -> None:
    (policy,) = (dev.project / "src").glob("*/policy.py")
    good = policy.read_text()
    token = dev.ask("session-token")

    policy.write_text(good.replace('    Grant("retention"),\n', ""))
    wait_until(lambda: _analytics(dev, token, "retention") == 403, READY_WITHIN_S)
    policy.write_text(good)
    wait_until(lambda: _analytics(dev, token, "retention") == 200, READY_WITHIN_S)

    assert _analytics(dev, token, "top_events") == 200


def test_a_port_in_use_is_named_with_the_way_to_change_it(dev: Dev) -> None:
    result = subprocess.run(
        DEV,
        cwd=dev.project,
        env=stack.clean_environment() | dev.ports,
        capture_output=True,
        text=True,
    )

    assert result.returncode != 0
    assert f"Port {dev.ports['PORT']} is in use: set PORT to another one" in result.stderr
    assert "Traceback" not in result.stderr


def _me(dev: Dev, token: str) -> dict[str, str]:
    reply = httpx2.get(
        f"{dev.url}/api/me", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    return reply.raise_for_status().json()


def _analytics(dev: Dev, token: str, endpoint: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.get(
        f"{dev.url}/api/analytics/{endpoint}", headers=headers, timeout=60
    ).status_code


def _kill(dev: Dev, name: str) -> None:
    found = [p for p in dev.processes() if name in " ".join(command_line(p)).replace("-m ", "")]
    assert found, name
    for process in found:
        process.kill()
