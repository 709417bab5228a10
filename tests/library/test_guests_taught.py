"""The page that teaches an owner to show charts to guests: its code, and what that then does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from roost.errors import AppError
from roost.policy.access import read_policy
from roost.project import Project
from roost.serving.services import Services

from . import sample
from .conftest import SECRET
from .rooms import PRODUCT, Outside, in_memory
from .taught import run_snippet


@pytest.fixture
def taught(
    make_services: Callable[..., Services], outside: Outside, tmp_path: Path
) -> dict[str, Any]:
    """What the page defines for the server, with the policy that it shows."""
    owners = sample.module()
    vars(owners).update(run_snippet("guests", "policy.py"))
    project = in_memory(Project(__name__, owners, product=PRODUCT), make_services(outside))
    project.policy = read_policy(owners, PRODUCT, sample.catalog())
    core = project.services
    project.services = Services(core.settings, project.policy, sample.catalog(), core.client)
    project.dashboard = tmp_path
    (tmp_path / "static" / "charts").mkdir(parents=True)
    (tmp_path / "static" / "charts" / "top_events.json").write_text("{}")
    return run_snippet("guests", "server.py", roost=project) | {"guests": project.services.guests}


def test_the_page_teaches_the_address_of_a_frame(taught: dict[str, Any]) -> None:
    address = urlsplit(taught["chart_of"]("org_acme"))

    shown = taught["guests"].answer("top_events", address.query, None, "")

    assert (address.netloc, address.path) == ("app.example.com", "/embed/top_events")
    assert shown.status == 200
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.customer.example;" in policy
    claims = jwt.decode(address.fragment, SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == 600
    assert claims["scopes"][0]["fixed_params"] == {"limit": "5", "tenant_id": "org_acme"}


def test_the_page_teaches_a_token_for_a_page_of_ones_own(taught: dict[str, Any]) -> None:
    given = taught["token_of"]("org_acme")

    claims = jwt.decode(given["token"], SECRET, algorithms=["HS256"])
    assert claims["exp"] == given["expires_at"]
    assert [scope["resource"] for scope in claims["scopes"]] == ["top_events"]


def test_what_the_page_says_is_refused_is(taught: dict[str, Any]) -> None:
    with pytest.raises(AppError) as refused:
        taught["chart_of"]("")

    assert (refused.value.status, refused.value.code) == (403, "tenant-required")
