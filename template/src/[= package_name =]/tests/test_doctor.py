"""The doctor against a Clerk and a Tinybird that answer otherwise than they should."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from urllib.parse import parse_qsl

import httpx2
import pytest

from ..core.client import AsyncClient
from ..core.variables import DashboardReads
from ..doctor.examination import examine
from ..doctor.findings import Finding, Severity, error, exit_code, ok, skipped
from ..doctor.patient import Options, Patient
from ..doctor.report import as_json, as_lines, without_secrets
from ..settings import Settings, load_settings
from . import sample
from .conftest import ENVIRONMENT, NO_FILE, NOW
from .issuer import Issuer

ROWS: list[dict[str, object]] = [{"event": "page_view", "events": 7}]
VICTIM = "org_victim"


@dataclass(slots=True)
class World:
    """A Clerk and a Tinybird in memory, sound unless told otherwise.

    leaks: which reads show rows, judged by what they ask for.  sql: answers the SQL of JWTs, None
    refuses it.  has_rows: whether an admin sees any.  readable: the endpoint that a
    static token can read.  seen: all that was asked.
    """

    issuer: Issuer
    leaks: Callable[[Mapping[str, str]], bool] = lambda _params: False
    sql_leaks: bool = False
    sql: Callable[[str], httpx2.Response] | None = None
    has_rows: bool = True
    is_bound: bool = True
    refuses_jwts: bool = False
    readable: dict[str, str] = field(default_factory=dict)
    backend_issuer: Issuer | None = None
    ahead_s: int = 0
    pipes: tuple[str, ...] = ("event_types", "my_activity", "top_events")
    seen: list[httpx2.Request] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request of the doctor."""
        self.seen.append(request)
        response = self._clerk(request) if "clerk" in request.url.host else self._tinybird(request)
        response.headers["date"] = formatdate(NOW + self.ahead_s, usegmt=True)
        return response

    def _clerk(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v1/organizations":
            return httpx2.Response(200, json={"data": [{"id": VICTIM}]})
        is_backend = "authorization" in request.headers
        issuer = self.backend_issuer if is_backend and self.backend_issuer else self.issuer
        return httpx2.Response(200, content=issuer.jwks())

    def _tinybird(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v0/pipes":
            listed = [{"name": name, "endpoint": "t_1"} for name in self.pipes]
            return httpx2.Response(200, json={"pipes": listed})
        token = request.headers["authorization"].removeprefix("Bearer ")
        if request.url.path == "/v0/events":
            return httpx2.Response(202, json={})
        if request.url.path == "/v0/sql":
            if self.sql is not None and token.startswith("ey"):
                return self.sql(request.url.params["q"])
            if token == "p.local_admin":
                return rows([{"known": int(self.has_rows)}])
            return rows(ROWS) if self.sql_leaks and token.startswith("ey") else refusal(403)
        name = request.url.path.removeprefix("/v0/pipes/").removesuffix(".json")
        if token.startswith("p."):
            return rows([]) if name in ("event_types", self.readable.get(token)) else refusal(403)
        return refusal(403) if self.refuses_jwts else self._read(name, token, request)

    def _read(self, name: str, token: str, request: httpx2.Request) -> httpx2.Response:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        if name not in self.pipes:
            return refusal(404)
        if self.is_bound and "tenant_id" not in claims["scopes"][0]["fixed_params"]:
            return refusal(400)
        return rows(ROWS if self.leaks(asked(request)) else [])


def asked(request: httpx2.Request) -> dict[str, str]:
    """Return what a request asks for, wherever it says so."""
    found = dict(request.url.params)
    if request.method == "POST":
        is_json = request.headers["content-type"] == "application/json"
        body = request.content.decode()
        found |= {f"{key} in the body": value for key, value in _pairs(body, is_json=is_json)}
    return found


def rows(found: list[dict[str, object]]) -> httpx2.Response:
    meta = [{"name": "event", "type": "LowCardinality(String)"}, {"name": "n", "type": "UInt64"}]
    return httpx2.Response(200, json={"meta": meta, "data": found})


def refusal(status: int) -> httpx2.Response:
    return httpx2.Response(status, json={"error": f"Refused {ENVIRONMENT['TINYBIRD_API_KEY']}"})


def findings(world: World, settings: Settings, users: int | None = None) -> list[Finding]:
    """Have the doctor examine a world."""

    async def run() -> list[Finding]:
        async with AsyncClient(httpx2.MockTransport(world.answer)) as client:
            patient = Patient(
                settings,
                sample.policy(),
                sample.catalog(),
                Options(users=users),
                client,
                lambda: NOW,
                "p.local_admin",
            )
            return without_secrets(await examine(patient), patient.secrets)

    return asyncio.run(run())


def errors(world: World, settings: Settings) -> dict[str, str]:
    """Return the errors that the doctor finds, by check; the last of each."""
    found = findings(world, settings)
    return {one.check: one.sentence for one in found if one.severity is Severity.ERROR}


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


def no_rows(_sql: str) -> httpx2.Response:
    return rows([{"count()": 0}])


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_sql_that_is_refused_everywhere_is_sound(
    world: World, settings: Settings, status: int
) -> None:
    world.sql = lambda _sql: refusal(status)

    assert oracle(world, settings) == [
        (Severity.OK, "Tinybird answers no SQL to a token that a page may hold.")
    ]


def test_the_doctor_asks_for_a_constant_each_endpoint_and_queries_that_fail(
    world: World, settings: Settings
) -> None:
    world.sql = no_rows
    oracle(world, settings)

    asked = {r.url.params["q"] for r in world.seen if r.url.path == "/v0/sql"}
    assert "SELECT 1 FORMAT JSON" in asked
    assert "SELECT count() FROM top_events FORMAT JSON" in asked
    assert (
        "SELECT count() FROM top_events "
        "WHERE throwIf(ifNull(notEmpty(toString(`event`)), 0)) = 0 FORMAT JSON"
    ) in asked


@pytest.mark.parametrize("answered", ["SELECT 1 ", "SELECT count() FROM my_activity FORMAT"])
def test_sql_that_tells_nothing_is_a_warning_that_says_what_it_means(
    world: World, settings: Settings, answered: str
) -> None:
    world.sql = lambda sql: rows([]) if sql.startswith(answered) else refusal(403)

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert "whoever is signed in can ask queries of their own" in sentence
    assert "proves little" not in sentence


def test_without_rows_a_quiet_oracle_proves_little(world: World, settings: Settings) -> None:
    world.sql, world.has_rows = no_rows, False

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert sentence.endswith("no rows are known (--tenant ID, or TINYBIRD_ADMIN_TOKEN).")


@pytest.mark.parametrize(
    ("function", "form"),
    [("throwIf", "throwIf"), ("intDiv", "a division"), ("toUInt8(if", "a cast")],
)
@pytest.mark.parametrize("failure", [httpx2.Response(400), httpx2.Response(500), rows([{"n": 1}])])
def test_an_oracle_that_works_is_a_failure_that_says_what_to_do(
    world: World, settings: Settings, function: str, form: str, failure: httpx2.Response
) -> None:
    def told(sql: str) -> httpx2.Response:
        fails = f"{function}(" in sql and "notEmpty" in sql
        return failure if fails and "top_events" in sql else no_rows(sql)

    world.sql = told

    found = [one for one in findings(world, settings) if one.check == "canary-oracle"]

    assert [(one.severity, one.sentence) for one in found] == [
        (
            Severity.ERROR,
            f"SQL over top_events fails by other tenants' event ({form}): whoever is signed in can "
            "spell out their values, one query after the other.",
        )
    ]
    assert "plain String" in found[0].mend
    assert "PREWHERE" in found[0].mend
    assert "DASHBOARD_READS=backend" in found[0].mend


def test_a_failure_that_has_nothing_to_do_with_rows_is_no_oracle(
    world: World, settings: Settings
) -> None:
    world.sql = lambda sql: refusal(400) if "WHERE" in sql else rows([])

    ((severity, _sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING


@pytest.mark.parametrize("status", [500, 503, 408])
def test_sql_without_a_clear_answer_is_asked_for_again(
    world: World, settings: Settings, status: int
) -> None:
    world.sql = lambda sql: refusal(status) if sql.startswith("SELECT 1 ") else refusal(403)

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert sentence.startswith("Tinybird's SQL gave no clear answer for a constant")


def oracle(world: World, settings: Settings) -> list[tuple[Severity, str]]:
    """Return what the doctor says of SQL with a page's token."""
    found = findings(world, settings)
    return [(one.severity, one.sentence) for one in found if one.check == "canary-oracle"]


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


def _pairs(body: str, *, is_json: bool) -> list[tuple[str, str]]:
    return list(json.loads(body).items()) if is_json else parse_qsl(body)


_WEBHOOK = "whsec_" + base64.b64encode(b"local_5ec2e75ec2e75ec2e75ec2e7").decode()
