"""Reads through the app that are meant to reach something else, or somebody else's answer."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest
from roost.testing.stack import ROOT, Stack

from .holders import Holder, path_of, shown

# In the place of {} stands a granted endpoint.
PATHS = (
    "..%2fsql",
    "..%2f..%2fv0%2fsql",
    "%2e%2e%2fdatasources",
    "{}%2f..%2f..%2fsql",
    "{}/../x",
    "{}/..;/x",
    "{}/",
    "{}%2f",
    "{}%00",
    "%00{}",
    "{}%0d%0ax-a:%20b",
    "{}.json",
    "{}.csv",
    "{}.json%3fq=select%201",
    "{}%3ftenant_id=x",
    "{}%23",
    "{}%20",
    "%20{}",
    "{}%e2%80%8b",
    "%ff",
    "%ef%bc%85",
    "__proto__",
    "*",
    "a" * 6000,
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_no_path_in_the_endpoints_name_leads_anywhere(
    app_url: str, attacker: Holder, stack: Stack, path: str
) -> None:
    endpoint = next(iter(attacker.plain))
    address = urlsplit(app_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    # A client library would tidy the path up.
    connection.putrequest("GET", f"/api/analytics/{path.format(endpoint)}")
    connection.putheader("Authorization", f"Bearer {stack.token_of(attacker.member)}")
    connection.endheaders()
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()

    assert (response.status, body["code"]) in {
        (404, "endpoint-unknown"),
        (404, "not-found"),
        (400, "request-invalid"),
    }
    assert response.getheader("x-a") is None


class Reader:
    """A tenant that reads through the app, and what Tinybird itself shows it."""

    def __init__(self, app: httpx2.Client, holder: Holder, token: str) -> None:
        self._app = app
        self._headers = {"Authorization": f"Bearer {token}"}
        self.holder = holder

    def by_app(self, endpoint: str, asked: Mapping[str, str] | None = None) -> object:
        """Return the rows of an answer, or its status; wait where the rate limit says so."""
        deadline = time.monotonic() + 30
        while True:
            answer = self._app.get(
                f"/api/analytics/{endpoint}", params=asked, headers=self._headers
            )
            if answer.status_code != 429 or time.monotonic() > deadline:
                return answer.json()["data"] if answer.status_code == 200 else answer.status_code
            time.sleep(int(answer.headers["retry-after"]))

    def direct(self, endpoint: str, asked: Mapping[str, str]) -> object:
        """Return the same for a read that nothing on the way has kept."""
        found = shown(self.holder.api.get(path_of(endpoint), params=asked))
        return found[0] if isinstance(found, tuple) else found


@pytest.fixture
def readers(
    client: httpx2.Client, attacker: Holder, victim: Holder, stack: Stack
) -> tuple[Reader, Reader]:
    """Two tenants that read the same endpoints through the app."""
    return (
        Reader(client, attacker, stack.token_of(attacker.member)),
        Reader(client, victim, stack.token_of(victim.member)),
    )


def test_two_tenants_with_one_question_get_answers_of_their_own(
    readers: tuple[Reader, Reader],
) -> None:
    for endpoint in readers[0].holder.plain:
        # The second round is answered from the cache.
        answers = [reader.by_app(endpoint) for reader in readers * 2]

        direct = [reader.direct(endpoint, {}) for reader in readers]
        assert answers == direct * 2


def test_one_flight_for_many_callers_never_crosses_tenants(readers: tuple[Reader, Reader]) -> None:
    endpoints = list(readers[0].holder.plain)[:4]
    asked = [(reader, endpoint) for _ in range(5) for endpoint in endpoints for reader in readers]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda pair: pair[0].by_app(pair[1]), asked))

    expected = [reader.direct(endpoint, {}) for reader, endpoint in asked]
    assert answers == expected


def test_a_value_that_looks_like_a_parameter_is_a_value(readers: tuple[Reader, Reader]) -> None:
    attacker, victim = readers
    for endpoint, name in texts(attacker.holder):
        for value in (
            f"x&tenant_id={victim.holder.tenant}",
            f"x'), ('tenant_id', '{victim.holder.tenant}",
            "x=",
            "x",
        ):
            asked = {name: value}
            answers = [reader.by_app(endpoint, asked) for reader in (victim, attacker, victim)]

            theirs, ours = (reader.direct(endpoint, asked) for reader in (victim, attacker))
            assert answers == [theirs, ours, theirs], (endpoint, asked)


def texts(holder: Holder) -> Iterator[tuple[str, str]]:
    """List the free text parameters, each with one endpoint that takes it."""
    (path,) = ROOT.glob("src/*/endpoints.json")
    seen = {"tenant_id", "user_id"}
    for endpoint in json.loads(path.read_text())["endpoints"]:
        for parameter in endpoint["parameters"]:
            name = parameter["name"]
            if endpoint["name"] in holder.plain and parameter["type"] == "String":
                if name not in seen:
                    yield endpoint["name"], name
                seen.add(name)
