from __future__ import annotations

import asyncio
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import httpx2
import jwt
import pytest
from roost.answers import ReadAnswer
from roost.errors import AppError, encode_problem
from roost.identity.credentials import RequestHead
from roost.identity.tenancy import Tenant
from roost.policy.limits import Buckets, Limit
from roost.serving.services import Services
from roost.serving.signins import SignIn
from roost.tinybird.tokens import mint_token

from .conftest import ENVIRONMENT, NOW, SECRET
from .issuer import Issuer

MakeServices = Callable[[Callable[[httpx2.Request], httpx2.Response]], Services]


class Tinybird:
    """Stands for Tinybird and for Clerk's key server, and notes what it is sent."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.requests: list[httpx2.Request] = []
        self.answers: list[httpx2.Response | Exception] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/.well-known/jwks.json":
            return httpx2.Response(200, content=self.issuer.jwks())
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx2.Response(200, content=b"{}")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def tinybird(issuer: Issuer) -> Tinybird:
    return Tinybird(issuer)


@pytest.fixture
def core(make_services: MakeServices, tinybird: Tinybird) -> Services:
    return make_services(tinybird)


def bearer(token: str, method: str = "GET", origin: str | None = None) -> RequestHead:
    return RequestHead(method, authorization=f"Bearer {token}", origin=origin)


def read(core: Services, head: RequestHead, endpoint: str, query: str = "") -> bytes:
    async def scenario() -> bytes:
        sign_in = await core.authenticate(head)
        return (await core.answer_read(sign_in, endpoint, query, None, "192.0.2.1")).body

    return asyncio.run(scenario())


def refusal(act: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as caught:
        act()
    return caught.value


def test_a_session_is_verified_once_and_its_token_minted_once(
    core: Services, issuer: Issuer
) -> None:
    head = bearer(issuer.issue())

    async def scenario() -> None:
        first, second = await core.authenticate(head), await core.authenticate(head)
        assert first is not None
        assert first is second
        assert core.token_for(first) is core.token_for(first)

    asyncio.run(scenario())


def test_a_remembered_session_still_expires(core: Services, issuer: Issuer) -> None:
    head = bearer(issuer.issue())

    async def scenario() -> None:
        await core.authenticate(head)
        core._clock = lambda: NOW + 65
        await core.authenticate(head)

    assert refusal(lambda: asyncio.run(scenario())).code == "token-expired"


def test_a_remembered_session_is_verified_again_when_the_keys_change(
    core: Services, issuer: Issuer, tinybird: Tinybird
) -> None:
    head = bearer(issuer.issue())

    async def scenario() -> None:
        await core.authenticate(head)
        tinybird.issuer = Issuer("ins_2")
        core.keys._clock = lambda: 1e9
        assert await core.keys.after_rejection()
        await core.authenticate(head)

    assert refusal(lambda: asyncio.run(scenario())).code == "token-invalid"


def test_a_token_is_minted_anew_before_it_gets_old(core: Services, issuer: Issuer) -> None:
    head = bearer(issuer.issue(exp=NOW + 3600))

    async def scenario() -> None:
        sign_in = await core.authenticate(head)
        assert sign_in is not None
        first = core.token_for(sign_in)
        core._clock = lambda: NOW + 150
        assert core.token_for(sign_in) is first
        core._clock = lambda: NOW + 151
        assert core.token_for(sign_in).expires_at == NOW + 451

    asyncio.run(scenario())


def test_a_user_asks_for_tokens_only_so_often(core: Services, issuer: Issuer) -> None:
    async def sign_in(**claims: object) -> SignIn:
        found = await core.authenticate(bearer(issuer.issue(None, **claims)))
        assert found is not None
        return found

    async def scenario() -> None:
        core._token_requests = Buckets(Limit(per_second=1, burst=60), clock=lambda: 0.0)
        ada, another_session = await sign_in(), await sign_in(sid="sess_2")
        for _ in range(30):
            core.hand_out_token(ada)
            core.hand_out_token(another_session)
        for asked_again in (ada, another_session, await sign_in(jti="fresh")):
            error = refusal(partial(core.hand_out_token, asked_again))
            assert (error.status, error.code) == (429, "rate-limited")
            assert error.headers["Retry-After"] == "1"
        colleague, elsewhere = await sign_in(sub="user_bo"), await sign_in(o={"id": "org_globex"})
        for other in (colleague, elsewhere):
            assert core.hand_out_token(other).expires_at == NOW + 300

    asyncio.run(scenario())


def test_what_the_backend_reads_for_a_user_counts_for_no_request_of_a_token(
    core: Services, issuer: Issuer
) -> None:
    head = bearer(issuer.issue())

    for _ in range(100):
        read(core, head, "top_events")
        page = asyncio.run(core.page(head))
        assert json.loads(page["page_data"])["initial"]["tenant_id"] == "org_acme"


def test_a_refused_request_mints_nothing(core: Services, issuer: Issuer) -> None:
    async def scenario() -> None:
        core._token_requests = Buckets(Limit(per_second=1, burst=0.5), clock=lambda: 0.0)
        first = await core.authenticate(bearer(issuer.issue()))
        second = await core.authenticate(bearer(issuer.issue(sid="sess_2")))
        assert first is not None and second is not None
        core.hand_out_token(first)

        assert refusal(lambda: core.hand_out_token(second)).code == "rate-limited"
        assert second.token is None

    asyncio.run(scenario())


def test_tokens_of_two_sessions_are_kept_apart(core: Services, issuer: Issuer) -> None:
    async def scenario() -> None:
        acme = await core.authenticate(bearer(issuer.issue()))
        globex = await core.authenticate(bearer(issuer.issue(o={"id": "org_globex"})))
        assert acme is not None
        assert globex is not None
        assert core.token_for(acme).fixed["top_events"] == {"tenant_id": "org_acme"}
        assert core.token_for(globex).fixed["top_events"] == {"tenant_id": "org_globex"}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "https://app.example.com:444"]
)
def test_a_change_by_cookie_must_come_from_the_apps_own_pages(
    core: Services, issuer: Issuer, origin: str | None
) -> None:
    cookie = f"__session={issuer.issue()}"

    error = refusal(
        lambda: asyncio.run(core.authenticate(RequestHead("POST", None, cookie, origin)))
    )

    assert (error.status, error.code) == (403, "origin-forbidden")
    assert asyncio.run(core.authenticate(RequestHead("GET", None, cookie, origin)))
    own = RequestHead("POST", None, cookie, "https://app.example.com")
    assert asyncio.run(core.authenticate(own))


def test_a_change_by_bearer_token_may_come_from_anywhere(core: Services, issuer: Issuer) -> None:
    head = bearer(issuer.issue(), method="POST", origin="https://partner.example")

    assert asyncio.run(core.authenticate(head))


def test_a_bad_token_is_not_taken_for_a_visitor(core: Services) -> None:
    assert refusal(lambda: read(core, bearer("junk"), "event_types")).code == "token-invalid"


def test_a_visitor_reads_public_endpoints_with_the_public_token(
    core: Services, tinybird: Tinybird
) -> None:
    assert read(core, RequestHead("GET"), "event_types") == b"{}"

    assert tinybird.requests[0].headers["authorization"] == "Bearer p.local_public-5ec2e7"
    assert tinybird.requests[0].url == "http://127.0.0.1:7181/v0/pipes/event_types.json"


@pytest.mark.parametrize("endpoint", ["top_events", "unknown", "../v0/sql", ""])
def test_a_visitor_reads_nothing_else(core: Services, tinybird: Tinybird, endpoint: str) -> None:
    error = refusal(lambda: read(core, RequestHead("GET"), endpoint))

    assert (error.status, error.code) == (401, "token-missing")
    assert tinybird.requests == []


def test_a_session_reads_with_its_own_token(
    core: Services, tinybird: Tinybird, issuer: Issuer
) -> None:
    read(core, bearer(issuer.issue()), "my_activity", "date_from=2026-01-01")

    request = tinybird.requests[0]
    claims = jwt.decode(
        request.headers["authorization"].removeprefix("Bearer "),
        options={"verify_signature": False},
    )
    fixed = {scope["resource"]: scope["fixed_params"] for scope in claims["scopes"]}
    assert fixed["my_activity"] == {"user_id": "user_ada", "tenant_id": "org_acme"}
    assert request.url.query == b"date_from=2026-01-01"


def test_two_tenants_never_share_an_answer(
    core: Services, tinybird: Tinybird, issuer: Issuer
) -> None:
    tinybird.answers = [
        httpx2.Response(200, content=b'"acme"'),
        httpx2.Response(200, content=b'"globex"'),
    ]

    async def scenario() -> list[bytes]:
        answers = []
        for organization in ("org_acme", "org_globex", "org_acme"):
            sign_in = await core.authenticate(bearer(issuer.issue(o={"id": organization})))
            answers.append((await core.answer_read(sign_in, "top_events", "", None, "")).body)
        return answers

    assert asyncio.run(scenario()) == [b'"acme"', b'"globex"', b'"acme"']


@pytest.mark.parametrize("endpoint", ["unknown", "..", "top_events.json", "top_events/../sql"])
def test_an_endpoint_that_does_not_exist_is_not_asked_for(
    core: Services, tinybird: Tinybird, issuer: Issuer, endpoint: str
) -> None:
    error = refusal(lambda: read(core, bearer(issuer.issue()), endpoint))

    assert (error.status, error.code) == (404, "endpoint-unknown")
    assert tinybird.requests == []


def test_a_session_without_a_tenant_reads_nothing(core: Services, issuer: Issuer) -> None:
    error = refusal(lambda: read(core, bearer(issuer.issue(o=None)), "top_events"))

    assert (error.status, error.code) == (403, "tenant-required")


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (httpx2.Response(400, json={"error": "p.5ec2e7"}), 503, "tinybird-unavailable"),
        (httpx2.Response(408, json={"error": "p.5ec2e7"}), 503, "tinybird-unavailable"),
        (httpx2.Response(401, json={"error": "p.5ec2e7"}), 502, "tinybird-refused"),
        (httpx2.Response(403, json={"error": "p.5ec2e7"}), 502, "tinybird-refused"),
        (httpx2.Response(404), 502, "tinybird-refused"),
        (httpx2.Response(302, headers={"location": "https://x"}), 502, "tinybird-refused"),
        (httpx2.Response(429, headers={"retry-after": "7"}), 429, "rate-limited"),
        (httpx2.Response(500, content=b"x"), 503, "tinybird-unavailable"),
        (httpx2.ConnectError("p.5ec2e7"), 503, "tinybird-unavailable"),
        (httpx2.ReadTimeout("p.5ec2e7"), 503, "tinybird-unavailable"),
    ],
)
def test_what_tinybird_says_is_translated(
    core: Services,
    tinybird: Tinybird,
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
    answer: httpx2.Response | Exception,
    status: int,
    code: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    # Some of them are asked for again.
    tinybird.answers = [answer, answer]

    error = refusal(lambda: read(core, bearer(issuer.issue()), "top_events"))

    assert (error.status, error.code) == (status, code)
    assert len(tinybird.requests) == (2 if isinstance(answer, Exception) else 1)
    assert ("Retry-After" in error.headers) is (status in {429, 503})
    assert "5ec2e7" not in encode_problem(error).decode() + caplog.text


def test_a_sentence_of_the_endpoint_reaches_the_caller(
    core: Services, tinybird: Tinybird, issuer: Issuer
) -> None:
    tinybird.answers = [httpx2.Response(400, json={"error": "limit must be from 1 to 1000."})]

    error = refusal(lambda: read(core, bearer(issuer.issue()), "top_events", "limit=0"))

    assert (error.status, error.detail) == (400, "limit must be from 1 to 1000.")


def test_what_a_read_costs_the_service_is_told_to_nobody(
    core: Services, tinybird: Tinybird, issuer: Issuer
) -> None:
    told = {"X-Tinybird-Summary": '{"read_rows":"7"}', "Server-Timing": "db;dur=7", "ETag": "7"}
    body = b'{"meta":[],"data":[],"rows":0,"statistics":{"elapsed":7,"rows_read":7,"bytes_read":7}}'
    tinybird.answers = [httpx2.Response(200, content=body, headers=told)]

    async def scenario() -> list[ReadAnswer]:
        sign_in = await core.authenticate(bearer(issuer.issue()))
        return [await core.answer_read(sign_in, "top_events", "", None, "") for _ in range(2)]

    # The second one was kept.
    for answer in asyncio.run(scenario()):
        assert answer.body == b'{"meta":[],"data":[],"rows":0}'
        assert set(answer.headers) == {"Content-Type", "Vary", "Age"}
    assert len(tinybird.requests) == 1


def test_events_are_sent_once_and_counted(
    core: Services, tinybird: Tinybird, tenant: Tenant
) -> None:
    counts = {"successful_rows": 1, "quarantined_rows": 1}
    tinybird.answers = [httpx2.Response(200, json=counts)]

    answer = asyncio.run(core.ingestion.ingest(tenant, b'[{"event": "a"}, {}]', is_ndjson=False))

    assert (answer.accepted, answer.quarantined) == (1, 1)
    (request,) = tinybird.requests
    assert request.url == "http://127.0.0.1:7181/v0/events?name=events&wait=true"
    assert request.headers["authorization"] == "Bearer p.local_ingest-5ec2e7"
    rows = [json.loads(line) for line in request.content.splitlines()]
    assert [(row["tenant_id"], row["user_id"]) for row in rows] == [("org_acme", "user_ada")] * 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(429, headers={"retry-after": "3"}),
        httpx2.Response(500),
        httpx2.Response(403, json={"error": "no"}),
        httpx2.Response(200, content=b"not json"),
        httpx2.ReadError("cut off"),
    ],
)
def test_events_that_were_not_taken_stay_with_the_sender(
    core: Services, tinybird: Tinybird, tenant: Tenant, answer: httpx2.Response | Exception
) -> None:
    tinybird.answers = [answer]

    error = refusal(lambda: asyncio.run(core.ingestion.ingest(tenant, b"{}", is_ndjson=False)))

    assert (error.status, error.code) == (503, "tinybird-unavailable")
    assert "Retry-After" in error.headers
    assert len(tinybird.requests) == 1


def test_code_outside_of_a_request_sends_for_a_tenant(core: Services, tinybird: Tinybird) -> None:
    tinybird.answers = [httpx2.Response(200, json={"successful_rows": 1, "quarantined_rows": 0})]

    asyncio.run(core.ingestion.send("org_acme", [{"event": "nightly", "user_id": "system"}]))

    row = json.loads(tinybird.requests[0].content)
    assert (row["tenant_id"], row["user_id"]) == ("org_acme", "system")
    error = refusal(lambda: asyncio.run(core.ingestion.send("", [{}])))
    assert error.code == "tenant-required"


def test_a_page_holds_a_token_only_for_a_session_valid_now(core: Services, issuer: Issuer) -> None:
    async def initial(token: str) -> object:
        context = await core.page(bearer(token))
        return json.loads(context["page_data"])["initial"]

    data = asyncio.run(initial(issuer.issue()))

    assert isinstance(data, dict)
    assert data["tenant_id"] == "org_acme"
    assert data["user_id"] == "user_ada"
    assert data["org_slug"] == "acme"
    for token in ("junk", issuer.issue(exp=NOW - 60), issuer.issue(sts="pending")):
        assert asyncio.run(initial(token)) is None
    assert asyncio.run(initial(issuer.issue(o=None))) is None


def test_a_page_that_reads_through_the_backend_holds_no_token(
    core: Services, issuer: Issuer
) -> None:
    core.settings = replace(core.settings, dashboard_reads="backend")

    context = asyncio.run(core.page(bearer(issuer.issue())))

    assert json.loads(context["page_data"])["initial"] is None
    assert "eyJ" not in context["page_data"]


def test_the_signing_secret_is_sent_nowhere(
    core: Services, tinybird: Tinybird, issuer: Issuer, tenant: Tenant
) -> None:
    read(core, bearer(issuer.issue()), "top_events")
    read(core, RequestHead("GET"), "event_types")
    refusal(lambda: asyncio.run(core.ingestion.ingest(tenant, b"{}", is_ndjson=False)))
    asyncio.run(core.readiness.check())

    assert len(tinybird.requests) == 4
    for request in tinybird.requests:
        assert SECRET not in f"{request.url} {request.headers!r}"
        assert SECRET.encode() not in b"".join(value for _, value in request.headers.raw)


def test_no_secret_shows_in_a_repr_of_anything(core: Services, issuer: Issuer) -> None:
    token = issuer.issue()

    async def scenario() -> object:
        sign_in = await core.authenticate(bearer(token))
        assert sign_in is not None
        return sign_in, core.token_for(sign_in)

    shown = repr(asyncio.run(scenario()))
    parts = vars(core) | vars(core.keys) | vars(core.readiness)
    shown += "".join(f"{part!r}{part}" for part in parts.values())

    assert token not in shown
    for name in ("JWT_SECRET", "INGEST_TOKEN", "API_KEY"):
        assert ENVIRONMENT[f"TINYBIRD_{name}"] not in shown
    assert "5ec2e7" not in shown


REFUSED = httpx2.Response(403, json={"error": "p.5ec2e7"})
UNREACHABLE = httpx2.ConnectError("p.5ec2e7")


@pytest.mark.parametrize("answer", [REFUSED, UNREACHABLE])
@pytest.mark.parametrize(
    "fail",
    [
        lambda core, head, _: read(core, head, "top_events"),
        lambda core, head, _: read(core, RequestHead("GET"), "event_types"),
        lambda core, head, tenant: asyncio.run(
            core.ingestion.ingest(tenant, b"{}", is_ndjson=False)
        ),
        lambda core, head, tenant: mint_token(
            Tenant("", tenant.session), core.policy, core.settings.token_rules, NOW
        ),
        lambda core, head, tenant: mint_token(
            tenant, replace(core.policy, grants=()), core.settings.token_rules, NOW
        ),
    ],
    ids=["read", "read-public", "ingest", "mint-odd-tenant", "mint-nothing"],
)
def test_an_error_shows_no_secret_however_much_of_it_is_reported(
    core: Services,
    tinybird: Tinybird,
    issuer: Issuer,
    tenant: Tenant,
    answer: httpx2.Response | Exception,
    fail: Callable[[Services, RequestHead, Tenant], object],
) -> None:
    # A read that fails on its way is asked for again.
    tinybird.answers = [answer, answer]

    error = refusal(lambda: fail(core, bearer(issuer.issue()), tenant))

    # As error trackers do: the local variables of every frame of the app, and the error pickled.
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "5ec2e7" not in "".join(report.format())
    assert b"5ec2e7" not in pickle.dumps(error)
    assert "5ec2e7" not in f"{error!r} {error} {vars(error)}"
