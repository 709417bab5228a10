"""The app's core as one object: made at start, shared by all requests, closed at the end."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from roost.answers import EventsAnswer, ReadAnswer
from roost.errors import AppError
from roost.events.ingestion import Ingestion
from roost.guests.service import Guests
from roost.http.browser import check_origin
from roost.http.pages import (
    PageContext,
    describe_public,
    initial_data,
    page_context,
    page_data,
    tinybird_data,
)
from roost.http.scripts import Scripts, module_addresses
from roost.identity.credentials import Credential, RequestHead, find_credential
from roost.identity.keys import KeyRing, KeySource, KeysUnavailable
from roost.identity.session import SignatureRejected, parse_token, verify_session
from roost.identity.tenancy import Tenant, check_expected, find_tenant
from roost.net.client import AsyncClient
from roost.policy.access import Policy
from roost.policy.catalog import Catalog
from roost.policy.limits import Buckets
from roost.reads.analytics import Analytics
from roost.reads.budget import DailyBudget
from roost.reads.cache import AnswerCache
from roost.reads.retries import Reads
from roost.serving.readiness import Readiness
from roost.serving.signins import SignIn, SignIns
from roost.telemetry.observation import note_tenant
from roost.tinybird.queries import write_query
from roost.tinybird.tokens import TinybirdToken, mint_for_endpoint, mint_token
from roost.webhooks.receiver import Webhooks

if TYPE_CHECKING:
    from roost.settings import Settings


class Services:
    """Settings, policy, keys, connections and caches, and what requests do with them.

    Use it as an async context manager; it fetches Clerk's keys when entered.
    """

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        catalog: Catalog,
        client: AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.policy = policy
        self.client = client or AsyncClient()
        self.keys = KeySource(KeyRing(settings.clerk_static_keys), settings.jwks_url, self.client)
        self.analytics = _analytics(settings, policy, catalog, self.client, clock)
        self.ingestion = _ingestion(settings, policy, self.client, clock)
        self.webhooks = Webhooks(
            api_url=settings.tinybird_api_url,
            ingest_token=settings.tinybird_ingest_token,
            secrets=settings.clerk_webhook_secrets,
            client=self.client,
        )
        self.readiness = Readiness(settings.tinybird_api_url, self.keys, self.client)
        self.guests = Guests(settings, policy, catalog, clock)
        product = policy.product
        self.scripts = Scripts(tinybird_data(settings, product), product.tenancy)
        self._public_endpoints = describe_public(policy.public_endpoints, catalog)
        self._rules = settings.session_rules
        self._suffix = settings.cookie_suffix
        self._sign_ins = SignIns()
        self._token_requests = Buckets(policy.token_requests)
        self._clock = clock

    async def __aenter__(self) -> Self:
        try:
            await self.keys.current()
        except AppError:
            # The app starts all the same: it asks again, and /readyz tells.
            pass
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.analytics.cache.close()
        await self.keys.close()
        await self.client.__aexit__()

    async def authenticate(self, head: RequestHead) -> SignIn | None:
        """Verify the session of a request, fetching keys where that may help.

        Raises: AppError: as `recognise` does.
        """
        self.keys.renew()
        try:
            return self.recognise(head)
        except (SignatureRejected, KeysUnavailable):
            if not await self.keys.after_rejection():
                raise
        return self.recognise(head)

    def recognise(self, head: RequestHead) -> SignIn | None:
        """Verify the session of a request with the keys known now; for any thread.

        Returns: None for a request without a session token; a bad one is never taken for none.
        Raises: AppError: 401 with the code of the check that failed, `origin-forbidden` (403),
        `tenant-changed` (409), `keys-unavailable` (503).
        """
        credential = find_credential(head, self._suffix)
        if credential is None:
            return None
        check_origin(head, credential, self._rules.authorized_parties)
        sign_in = self._recall(credential) or self._verify(credential)
        if head.expected_tenants:
            check_expected(head.expected_tenants, sign_in.tenant_id)
        note_tenant(sign_in.tenant_id)
        return sign_in

    def token_for(self, sign_in: SignIn) -> TinybirdToken:
        """Return the session's Tinybird token, minted on first use and before it gets old.

        Raises: AppError: `tenant-required` or `access-denied` (403).
        """
        now, rules = self._clock(), self.settings.token_rules
        token = sign_in.fresh_token(now, rules.ttl_s)
        if token is None:
            token = mint_token(sign_in.require_tenant(), self.policy, rules, now)
            sign_in.token = token
        return token

    def hand_out_token(self, sign_in: SignIn) -> TinybirdToken:
        """Return the session's Tinybird token to whoever asks for it, as often as they may.

        Raises: AppError: `rate-limited` (429, Retry-After), and as `token_for` does.
        """
        tenant = sign_in.require_tenant()
        self._token_requests.take(f"{tenant.id}:{tenant.user_id}")
        return self.token_for(sign_in)

    async def read(
        self, endpoint: str, tenant: Tenant | str | None = None, **params: object
    ) -> list[dict[str, Any]]:
        """Read an endpoint's rows in code of your own.

        Args: tenant: of a session, whose grants decide; or the id of a tenant in code that nobody
        signs in to, a job, whose reads are the app's own. A public endpoint needs none.
        params: those that the endpoint declares; lists are joined by commas.
        Raises: AppError: `tenant-required` or `access-denied` (403), `endpoint-unknown` (404),
        `parameter-unknown` (400), `tinybird-unavailable` (503), and others of reading.
        """
        query = write_query(params)
        if self.analytics.is_public(endpoint):
            answer = await self.analytics.read_public(endpoint, query, None, None)
        else:
            token = self._token_of(tenant, endpoint)
            answer = await self.analytics.read(endpoint, query, None, token)
        return json.loads(answer.body)["data"]

    async def send(
        self, tenant_id: str, events: Iterable[object], user_id: str | None = None
    ) -> EventsAnswer:
        """Send events in code of your own: a job, a webhook, a script.

        Args: events: dicts that JSON can hold.  user_id: None keeps what each event says.
        Raises: AppError: `tenant-required` (403), `event-invalid` (400), `body-too-large` (413),
        `not-configured` or `tinybird-unavailable` (503): none of them stored as far as Tinybird
        has said.
        """
        return await self.ingestion.send(tenant_id, events, user_id)

    async def answer_read(
        self,
        sign_in: SignIn | None,
        endpoint: str,
        query_string: str,
        accept: str | None,
        address: str,
    ) -> ReadAnswer:
        """Answer a request for an endpoint: of a session, or for a public one of anybody.

        Raises: AppError: `token-missing` (401) for a visitor, and as `Analytics` does.
        """
        if self.analytics.is_public(endpoint):
            visitor = address if sign_in is None else None
            return await self.analytics.read_public(endpoint, query_string, accept, visitor)
        if sign_in is None:
            raise AppError("token-missing")
        token = self.token_for(sign_in)
        return await self.analytics.read(endpoint, query_string, accept, token)

    def page_of(self, sign_in: SignIn | None, root: str = "") -> PageContext:
        """Build a page's variables; a first token, if it needs one, only for a session valid now.

        Args: root: the path under which the app is mounted, without a slash at its end.
        """
        initial, product = None, self.policy.product
        is_direct = self.settings.dashboard_reads == "direct"
        if sign_in is not None and is_direct and product.minting == "backend":
            # The page itself is public: a session without a tenant chooses one on it.
            with contextlib.suppress(AppError):
                initial = initial_data(sign_in.require_tenant(), self.token_for(sign_in))
        data = page_data(self.settings, product, initial)
        public = self._public_endpoints
        return page_context(product.name, data, public, root, module_addresses())

    async def page(self, head: RequestHead, root: str = "") -> PageContext:
        """Build a page's variables for whoever asks: ClerkJS renews the session or signs in."""
        sign_in = None
        with contextlib.suppress(AppError):
            sign_in = await self.authenticate(head)
        return self.page_of(sign_in, root)

    def _token_of(self, tenant: Tenant | str | None, endpoint: str) -> TinybirdToken:
        rules, now = self.settings.token_rules, self._clock()
        if tenant is None:
            raise AppError("tenant-required")
        if isinstance(tenant, str):
            return mint_for_endpoint(tenant, endpoint, rules, now)
        return mint_token(tenant, self.policy, rules, now)

    def _recall(self, credential: Credential) -> SignIn | None:
        return self._sign_ins.recall(credential.token, self.keys.ring.generation, self._clock())

    def _verify(self, credential: Credential) -> SignIn:
        token = parse_token(credential.token)
        generation, keys = self.keys.ring.known()
        session = verify_session(token, keys, self._rules, self._clock())
        tenant = find_tenant(session, self.policy.product.tenancy)
        sign_in = SignIn(session, tenant, generation)
        self._sign_ins.keep(credential.token, sign_in)
        return sign_in


def _analytics(
    settings: Settings,
    policy: Policy,
    catalog: Catalog,
    client: AsyncClient,
    clock: Callable[[], float],
) -> Analytics:
    return Analytics(
        api_url=settings.tinybird_api_url,
        workspace_id=settings.token_rules.workspace_id,
        public_token=settings.tinybird_api_key,
        policy=policy,
        catalog=catalog,
        reads=Reads(client),
        cache=AnswerCache(policy.cache_s, policy.stale_s),
        budget=DailyBudget(settings.daily_query_budget, clock),
        visitors=Buckets(policy.visitor_reads),
    )


def _ingestion(
    settings: Settings, policy: Policy, client: AsyncClient, clock: Callable[[], float]
) -> Ingestion:
    limits = policy.event_limits
    return Ingestion(
        api_url=settings.tinybird_api_url,
        ingest_token=settings.tinybird_ingest_token,
        policy=policy,
        client=client,
        requests=Buckets(limits.requests),
        rows=Buckets(limits.rows),
        bytes=Buckets(limits.bytes),
        clock=clock,
    )
