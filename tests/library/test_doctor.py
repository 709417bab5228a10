"""The doctor against a Clerk and a Tinybird that answer otherwise than they should."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from roost.doctor.findings import Severity, error, exit_code, ok, skipped
from roost.doctor.report import as_json, as_lines
from roost.settings import Settings, load_settings
from roost.variables import DashboardReads

from .conftest import ENVIRONMENT, NO_FILE
from .issuer import Issuer
from .world import VICTIM, World, errors, findings


@pytest.fixture
def settings() -> Settings:
    return load_settings(ENVIRONMENT | {"CLERK_WEBHOOK_SIGNING_SECRET": _WEBHOOK}, NO_FILE)


@pytest.fixture
def world(issuer: Issuer) -> World:
    return World(issuer)


def test_a_sound_app_has_no_error_and_no_warning(world: World, settings: Settings) -> None:
    found = findings(world, settings, users=1)

    assert {one.severity for one in found} == {Severity.OK}


def test_rows_for_a_tenant_that_does_not_exist_are_a_leak(world: World, settings: Settings) -> None:
    world.leaks = lambda _asked: True

    found = errors(world, settings)

    assert found["canary"] == (
        "top_events shows rows to a tenant that does not exist when asked plainly."
    )


@pytest.mark.parametrize(
    ("check", "how", "parameter", "value"),
    [
        ("canary-override", "for another tenant in the query", "tenant_id", VICTIM),
        ("canary-override", "for another tenant in a form", "tenant_id in the body", VICTIM),
        ("canary-sql", "with q, for events", "q", "SELECT * FROM events LIMIT 10 FORMAT JSON"),
        ("canary-staging", "staging", "__tb__deployment", "staging"),
    ],
)
def test_every_way_around_the_token_is_tried(
    world: World, settings: Settings, check: str, how: str, parameter: str, value: str
) -> None:
    world.leaks = lambda asked: asked.get(parameter) == value

    found = [one.sentence for one in findings(world, settings) if one.check == check]

    assert f"top_events shows rows to a tenant that does not exist when asked {how}." in found


def test_a_json_body_is_tried_too(world: World, settings: Settings) -> None:
    findings(world, settings)

    bodies = [r.content for r in world.seen if r.headers.get("content-type") == "application/json"]
    assert [json.loads(body)["tenant_id"] for body in bodies] == [VICTIM, VICTIM]


def test_rows_through_the_sql_api_are_a_leak(world: World, settings: Settings) -> None:
    world.sql_leaks = True

    assert "through /v0/sql, for events" in errors(world, settings)["canary-sql"]


def test_an_endpoint_that_needs_no_tenant_is_named(world: World, settings: Settings) -> None:
    world.is_bound = False

    assert errors(world, settings) == {
        "tenant-parameter": "top_events answers without a tenant_id: "
        "it was deployed without the required parameter."
    }


def test_an_endpoint_that_is_granted_and_not_deployed_is_named(
    world: World, settings: Settings
) -> None:
    world.pipes = ("event_types", "my_activity")

    assert errors(world, settings) == {
        "granted": "top_events is granted in policy.py and not deployed: its readers get an error."
    }


def test_an_endpoint_made_by_hand_is_named(world: World, settings: Settings) -> None:
    world.pipes = (*world.pipes, "stray")

    found = {one.check: one for one in findings(world, settings)}

    assert found["deployed"].severity is Severity.WARNING
    assert found["deployed"].sentence.startswith("stray is deployed and not in tinybird/")


def test_a_static_token_that_reads_a_tenants_endpoint_is_named(
    world: World, settings: Settings
) -> None:
    world.readable = {settings.tinybird_api_key: "top_events"}

    found = errors(world, settings)

    assert found["static-tokens"] == (
        "TINYBIRD_API_KEY can read top_events: whoever holds it sees every tenant's rows."
    )


def test_a_personal_token_as_signing_secret_is_explained(world: World, settings: Settings) -> None:
    world.refuses_jwts = True
    personal = "p." + base64.urlsafe_b64encode(b'{"u": "1d0f-ada", "id": "5e"}').decode() + ".sig"
    rules = replace(settings.token_rules, secret=personal)

    found = {one.check: one for one in findings(world, replace(settings, token_rules=rules))}

    assert found["tinybird-token"].severity is Severity.ERROR
    assert "belongs to 1d0f-ada, which is not TINYBIRD_WORKSPACE_ID" in found["tinybird-token"].mend


def test_keys_of_two_instances_are_told_apart(world: World, settings: Settings) -> None:
    world.backend_issuer = Issuer(kid="ins_other")

    assert "different Clerk instances" in errors(world, settings)["clerk-instance"]


@pytest.mark.parametrize(("ahead_s", "count"), [(0, 0), (6, 0), (90, 2), (-90, 2)])
def test_a_wrong_clock_is_named(world: World, settings: Settings, ahead_s: int, count: int) -> None:
    world.ahead_s = ahead_s

    assert len([check for check in errors(world, settings) if check.endswith("clock")]) == count


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all", "sk_1"])
def test_a_malformed_webhook_secret_is_named(world: World, settings: Settings, secret: str) -> None:
    broken = replace(settings, clerk_webhook_secrets=(secret,))

    assert set(errors(world, broken)) == {"webhook-secret"}


@pytest.mark.parametrize(
    ("reads", "mend"),
    [("direct", "(DASHBOARD_READS=backend)"), ("backend", "keep answers for longer")],
)
def test_a_load_above_the_plan_is_a_warning(
    world: World, settings: Settings, reads: DashboardReads, mend: str
) -> None:
    settings = replace(settings, dashboard_reads=reads)

    found = {one.check: one for one in findings(world, settings, users=3)}

    assert found["plan"].severity is Severity.WARNING
    assert found["plan"].sentence == (
        "3 users at RATE_LIMIT_RPS 10 may ask for 30 queries a second; "
        "the plan has 10, shared by all."
    )
    assert mend in found["plan"].mend


def test_no_secret_is_printed_though_the_service_quotes_it(
    world: World, settings: Settings
) -> None:
    world.refuses_jwts = True

    text = as_json(findings(world, settings))

    assert "Refused [secret]" in text
    for name in ("TINYBIRD_JWT_SECRET", "TINYBIRD_API_KEY", "TINYBIRD_INGEST_TOKEN"):
        assert ENVIRONMENT[name] not in text


def test_the_signing_secret_is_sent_nowhere(world: World, settings: Settings) -> None:
    findings(world, settings)

    sent = [f"{seen.url} {seen.headers.raw} {seen.content!r}" for seen in world.seen]
    assert len(sent) > 30
    assert not [text for text in sent if settings.token_rules.secret in text]


def test_the_exit_code_follows_the_worst_finding() -> None:
    assert exit_code([ok("a", "Well."), skipped("b", "No key.")]) == 0
    assert exit_code([ok("a", "Well."), error("b", "Bad.", "Mend it.")]) == 1


def test_colours_are_for_terminals_alone() -> None:
    found = [error("b", "Bad.", "Mend it.")]

    assert as_lines(found, colours=True).startswith("\x1b[31m✗\x1b[0m b  Bad.\n")
    assert as_lines(found, colours=False).splitlines() == [
        "✗ b  Bad.",
        "     → Mend it.",
        "1 errors, 0 warnings, 0 skipped",
    ]


_WEBHOOK = "whsec_" + base64.b64encode(b"local_5ec2e75ec2e75ec2e75ec2e7").decode()
