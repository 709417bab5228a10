"""Reading endpoints through the backend: the caller's own token, one question for many callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roost.answers import ReadAnswer
from roost.errors import AppError
from roost.net.client import Unreachable
from roost.policy.access import Policy
from roost.policy.catalog import Catalog, Endpoint
from roost.policy.limits import Buckets
from roost.reads.budget import VISITORS, DailyBudget
from roost.reads.cache import AnswerCache
from roost.reads.retries import Reads
from roost.tinybird.api import query_request
from roost.tinybird.queries import cache_key, parse_query
from roost.tinybird.query_answers import Asked, read_query, unanswered
from roost.tinybird.tokens import TinybirdToken

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Whose token reads an endpoint; `fixed` is None where no session stands behind it."""

    token: str = field(repr=False)
    fixed: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, eq=False)
class Analytics:
    """Answers `/api/analytics/{endpoint}`."""

    api_url: str
    workspace_id: str
    public_token: str = field(repr=False)
    policy: Policy
    catalog: Catalog
    reads: Reads
    cache: AnswerCache
    budget: DailyBudget
    visitors: Buckets

    def is_public(self, name: str) -> bool:
        """Tell whether an endpoint is read without a session."""
        return name in self.policy.public_endpoints

    async def read_public(
        self, name: str, query_string: str, accept: str | None, visitor: str | None
    ) -> ReadAnswer:
        """Read a public endpoint.

        Args: visitor: the address of a caller without a session, whose reads are limited.
        Raises: AppError: `not-configured` (503), `rate-limited` (429), and as `read` does.
        """
        if not self.public_token:
            raise AppError("not-configured", "TINYBIRD_API_KEY is not set.")
        endpoint = self.catalog[name]
        query = parse_query(endpoint, (), query_string, accept)
        if visitor is not None:
            self.visitors.take(visitor)
        return await self._answer(Asked(endpoint, query), Reader(self.public_token, None))

    async def read(
        self, name: str, query_string: str, accept: str | None, token: TinybirdToken
    ) -> ReadAnswer:
        """Read a granted endpoint with the caller's token.

        Raises: AppError: `endpoint-unknown` (404), `access-denied` (403), `budget-spent` (429),
        those of `parse_query` and of `read_query`.
        """
        endpoint = self._endpoint(name)
        fixed = token.fixed.get(name)
        # Without a fixed tenant nothing is ever asked, whatever the token says.
        if fixed is None or not fixed.get("tenant_id"):
            raise AppError("access-denied", "The session may not read this endpoint.")
        query = parse_query(endpoint, fixed.keys(), query_string, accept)
        return await self._answer(Asked(endpoint, query, fixed.keys()), Reader(token.text, fixed))

    def _endpoint(self, name: str) -> Endpoint:
        endpoint = self.catalog.get(name)
        if endpoint is None:
            raise AppError("endpoint-unknown")
        return endpoint

    async def _answer(self, asked: Asked, reader: Reader) -> ReadAnswer:
        query = asked.query
        payer = VISITORS if reader.fixed is None else reader.fixed["tenant_id"]

        async def ask() -> bytes:
            self.budget.spend(payer)
            try:
                request = query_request(self.api_url, query, reader.token)
                return read_query(await self.reads.exchange(request), asked)
            except Unreachable as error:
                raise unanswered() from error

        key = cache_key(self.workspace_id, query, reader.fixed)
        given = await self.cache.get(key, ask, self.budget.pace_s(payer))
        return ReadAnswer(given.body, MEDIA_TYPES[query.format], int(given.age_s))
