"""How long somebody who was removed from an organization may still read: a stated worst case."""

from __future__ import annotations

import asyncio

import httpx2
import jwt
import pytest
from jwt.types import Options
from roost.errors import AppError
from roost.identity.credentials import RequestHead
from roost.net.client import AsyncClient
from roost.serving.services import Services
from roost.settings import Settings
from roost.tinybird.tokens import TinybirdToken

from . import sample
from .conftest import SECRET
from .issuer import ISSUED_AT, Issuer

# The test's clock is not the machine's.
UNTIMED: Options = {"verify_exp": False, "verify_iat": False}


class Clock:
    """The app's clock: seconds since the session token was issued."""

    age_s = 0.0

    def __call__(self) -> float:
        return ISSUED_AT + self.age_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def core(settings: Settings, issuer: Issuer, clock: Clock) -> Services:
    keys = httpx2.MockTransport(lambda _: httpx2.Response(200, content=issuer.jwks()))
    policy, catalog = sample.policy(), sample.catalog()
    return Services(settings, policy, catalog, client=AsyncClient(keys), clock=clock)


def ask(core: Services, session_token: str) -> TinybirdToken:
    head = RequestHead("GET", authorization=f"Bearer {session_token}")
    sign_in = asyncio.run(core.authenticate(head))
    assert sign_in is not None
    return core.token_for(sign_in)


def test_a_token_outlives_a_removal_by_365_seconds_at_most(
    core: Services, clock: Clock, issuer: Issuer
) -> None:
    # Removed in the second in which the last session token of 60 s was issued, with 5 s of leeway
    # for clocks that differ, and a Tinybird token of 300 s (TOKEN_TTL_SECONDS) taken at the end.
    last = issuer.issue()

    clock.age_s = 64.9
    token = ask(core, last)

    assert token.expires_at - ISSUED_AT == 364
    claims = jwt.decode(token.text, SECRET, ["HS256"], options=UNTIMED)
    assert claims["exp"] - ISSUED_AT == 364
    clock.age_s = 65
    with pytest.raises(AppError) as refusal:
        ask(core, last)
    assert refusal.value.code == "token-expired"


def test_asking_again_and_again_makes_it_no_longer(
    core: Services, clock: Clock, issuer: Issuer
) -> None:
    last, ends = issuer.issue(), []

    for clock.age_s in (0, 30, 59, 64):
        ends.append(ask(core, last).expires_at - ISSUED_AT)

    assert max(ends) <= 365
    assert ends == [300, 300, 300, 300]


def test_the_next_session_token_gives_nothing_of_the_organization(
    core: Services, clock: Clock, issuer: Issuer
) -> None:
    ask(core, issuer.issue())
    clock.age_s = 1

    with pytest.raises(AppError) as refusal:
        ask(core, issuer.issue(o=None, fea=None))

    assert (refusal.value.code, refusal.value.status) == ("tenant-required", 403)
