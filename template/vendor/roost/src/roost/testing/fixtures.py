"""Fixtures of the whole product from outside: real services, real HTTP, nothing of it imported.

`-p roost.testing.fixtures` gives them to every test.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import httpx2
import pytest
from dotenv import dotenv_values

from roost.project import find_target, load_app
from roost.testing.sessions import TestClerk
from roost.testing.stack import (
    NO_AUTHORITIES,
    ROOT,
    Stack,
    clean_environment,
    free_port,
    running_app,
    running_stack,
    tenancy_of,
)

SessionToken = Callable[[str, str | None], str]


def pytest_configure() -> None:
    """End a terminated run as Ctrl-C does, so that no service stays behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def clerk() -> Iterator[TestClerk]:
    """A Clerk in memory, which the app reads from the environment of this process."""
    clerk = TestClerk(tenancy_of())
    with pytest.MonkeyPatch.context() as patch:
        for name in clean_environment().keys() ^ os.environ.keys():
            patch.delenv(name)
        for name in dotenv_values(ROOT / ".env"):
            patch.setenv(name, "")
        for name, value in clerk.environment.items():
            patch.setenv(name, value)
        yield clerk


@pytest.fixture(scope="session")
def app(clerk: TestClerk) -> object:
    """The app that `[tool.roost] app` names, made with the settings of `clerk`."""
    return load_app(find_target(ROOT))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Both local services on free ports, with the data project built and its fixtures loaded."""
    with running_stack() as stack:
        yield stack


@pytest.fixture(scope="session")
def app_url(stack: Stack) -> Iterator[str]:
    """The URL of the app as `poe serve` starts it, on the stack's environment."""
    with running_app(stack.env) as url:
        yield url


@pytest.fixture(scope="session")
def spare_app_url(stack: Stack) -> Iterator[str]:
    """The URL of another such app, whose limits a test may use up: they are nobody else's."""
    own = {
        "PORT": str(free_port()),
        "CLERK_AUTHORIZED_PARTIES": stack.origin,
        "RATE_LIMIT_RPS": "1000",
    }
    with running_app(stack.env | own) as url:
        yield url


@pytest.fixture
def client(app_url: str) -> Iterator[httpx2.Client]:
    """An HTTP client of the running app, without cookies of earlier tests."""
    with httpx2.Client(base_url=app_url, timeout=30, verify=NO_AUTHORITIES) as client:
        yield client


@pytest.fixture(scope="session")
def session_token(stack: Stack) -> SessionToken:
    """A function that returns a session token of the local Clerk for (user, organization)."""
    return stack.session_token
