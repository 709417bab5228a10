"""What the tests of every framework's room share: a project in memory, and who is outside of it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2
from roost.policy.product import Product
from roost.project import Project
from roost.serving.services import Services

from . import sample
from .issuer import Issuer

TEMPLATE = Path(__file__).parents[2] / "template"


def _joined(pattern: str) -> Path:
    # A folder of a render that has several in the template, each for some answers.
    folder = Path(tempfile.mkdtemp(prefix="dashboard-"))
    atexit.register(shutil.rmtree, folder)
    for part in TEMPLATE.glob(pattern):
        shutil.copytree(part, folder, dirs_exist_ok=True)
    return folder


# The owner's own pages: no file of theirs holds template syntax of Copier's.
DASHBOARD = _joined("src/*/*dashboard*")
PRODUCT = Product("Sample", "organization")

ORIGIN = "https://app.example.com"
JUNK = {"Authorization": "Bearer junk"}
ADMIN = {"id": "org_acme", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}
MEMBER = {"id": "org_acme", "slg": "acme", "rol": "member", "per": "read", "fpm": "1"}

Headers = dict[str, str]
Bearer = Callable[..., Headers]
AnyProject = TypeVar("AnyProject", bound=Project)


def in_memory(project: AnyProject, services: Services) -> AnyProject:
    """Give a project the sample's policy, the owner's pages, and services of a test's own."""
    project.settings, project.services = services.settings, services
    project.policy, project.catalog = services.policy, sample.catalog()
    project.dashboard = DASHBOARD
    return project


@dataclass(slots=True)
class Outside:
    """Clerk and Tinybird, and what they were asked."""

    issuer: Issuer
    asked: list[httpx2.Request] = field(default_factory=list)
    failure: Exception | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer with Clerk's keys, or as a Tinybird that takes every row and has none."""
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        if request.url.path.endswith("jwks.json"):
            return httpx2.Response(200, content=self.issuer.jwks())
        if request.url.path == "/v0/events":
            return httpx2.Response(202, json={"successful_rows": 1, "quarantined_rows": 0})
        return httpx2.Response(200, content=b'{"data":[]}')

    @property
    def sent(self) -> list[httpx2.Request]:
        """What was sent to Tinybird as events."""
        return [request for request in self.asked if request.url.path == "/v0/events"]
