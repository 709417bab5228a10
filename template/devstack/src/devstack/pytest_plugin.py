"""The pytest plugin: a Tinybird and a Clerk for the session, a workspace for each test.

With pytest-xdist every worker has servers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

# Tests that ask for none of it wait for no import.
if TYPE_CHECKING:
    from .testing.clerk_server import ClerkServer
    from .testing.tinybird_server import TinybirdServer
    from .testing.workspace import Workspace

USER, ORGANIZATION = "user_local_ada", "org_local_acme"


class FreshWorkspace(Protocol):
    """Makes a workspace with the project in a folder, relative to pytest's root, and no rows."""

    def __call__(
        self, project: str | Path = "tinybird", secrets: Mapping[str, str] | None = None
    ) -> Workspace: ...


@pytest.fixture(scope="session")
def tinybird(tmp_path_factory: pytest.TempPathFactory) -> Generator[TinybirdServer]:
    """The embedded Tinybird, without a workspace of a test's."""
    from .testing.tinybird_server import tinybird_server

    with tinybird_server(tmp_path_factory.mktemp("tinybird")) as server:
        yield server


@pytest.fixture
def tinybird_workspace(
    tinybird: TinybirdServer, pytestconfig: pytest.Config
) -> Generator[FreshWorkspace]:
    """Make workspaces for one test: `tinybird_workspace(project="tinybird")`."""
    made: list[Workspace] = []

    def fresh(
        project: str | Path = "tinybird", secrets: Mapping[str, str] | None = None
    ) -> Workspace:
        made.append(tinybird.workspace(pytestconfig.rootpath / project, secrets))
        return made[-1]

    yield fresh
    for workspace in made:
        tinybird.delete(workspace)


@pytest.fixture(scope="session")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Generator[ClerkServer]:
    """The local Clerk with its demo users."""
    from .testing.clerk_server import clerk_server

    with clerk_server(tmp_path_factory.mktemp("clerk")) as server:
        yield server


@pytest.fixture
def clerk_session(clerk: ClerkServer) -> Callable[..., str]:
    """Return session tokens: `clerk_session("user_local_ada", "org_local_acme")`."""

    def token(user: str = USER, org: str | None = ORGANIZATION) -> str:
        return clerk.session(user, org)

    return token
