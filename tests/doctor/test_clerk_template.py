"""`poe doctor` where Clerk mints: what Clerk has is examined, not what the backend would sign."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..product import stack
from ..rendering import render
from .conftest import Examination

# In the fixtures, so it has rows that a leak would show.
TENANT = "org_fixture_acme"
CHECKS = ("jwt-template", "clerk-signing-key", "page-token", "no-organization", "canary")
Run = Callable[..., Examination]


@pytest.fixture(scope="module")
def app(project: Path, cloud: stack.Stack, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A function that runs a command of a render where Clerk mints, on the default's libraries."""
    mine = render(tmp_path_factory.mktemp("minting") / "project", token_minting="clerk_template")
    command = ("uv", "run", "--quiet", "--no-active", "--no-sync", "--project", str(project))
    env = stack.clean_environment() | cloud.env | {"PYTHONPATH": str(mine / "src")}

    def run(*arguments: str, **changed: str) -> Examination:
        done = subprocess.run(
            [*command, "app", *arguments],
            cwd=mine,
            env=env | changed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Examination(done.returncode, done.stdout)

    return run


@pytest.fixture(scope="module")
def push(app: Run) -> Run:
    """A function that runs `clerk-template push`."""

    def run(**changed: str) -> Examination:
        done = app("clerk-template", "push", **changed)
        assert done.code == 0, done.output
        return done

    return run


@pytest.fixture(scope="module")
def doctor(app: Run) -> Run:
    """A function that runs the doctor."""

    def run(**changed: str) -> Examination:
        return app("doctor", "--json", "--tenant", TENANT, **changed)

    return run


@pytest.fixture
def somebody(cloud: stack.Stack) -> None:
    """Somebody is signed in."""
    cloud.session_token("user_local_ada", "org_local_acme")


@pytest.fixture
def pushed(cloud: stack.Stack, push: Run) -> Iterator[httpx2.Client]:
    """The Backend API of a Clerk that has the template."""
    push()
    key = {"Authorization": f"Bearer {cloud.env['CLERK_SECRET_KEY']}"}
    with httpx2.Client(base_url=cloud.env["CLERK_API_URL"], headers=key, timeout=60) as clerk:
        yield clerk


@pytest.mark.usefixtures("pushed", "somebody")
def test_a_sound_app_is_sound(doctor: Run, cloud: stack.Stack) -> None:
    examination = doctor()

    assert examination.code == 0, examination.output
    assert examination.sentences("warning") == {}
    assert set(CHECKS) <= set(examination.sentences("ok"))
    assert cloud.env["TINYBIRD_JWT_SECRET"] not in examination.output


def test_a_template_that_is_missing_is_named(pushed: httpx2.Client, doctor: Run) -> None:
    pushed.delete(f"/v1/jwt_templates/{_template(pushed)['id']}").raise_for_status()

    examination = doctor()

    assert examination.code == 1
    assert examination.sentences("error") == {
        "jwt-template": ["Clerk has no JWT template tinybird: pages get no token."]
    }


def test_a_template_that_fixes_no_tenant_is_named_and_what_it_shows(
    pushed: httpx2.Client, cloud: stack.Stack, doctor: Run
) -> None:
    template = _template(pushed)
    for scope in template["claims"]["scopes"]:
        scope["fixed_params"]["tenant_id"] = TENANT
    key = {"signing_key": cloud.env["TINYBIRD_JWT_SECRET"], "lifetime": 3600}
    path = f"/v1/jwt_templates/{template['id']}"
    pushed.patch(path, json={**template, **key}).raise_for_status()

    found = doctor().sentences("error")

    assert found["jwt-template"] == [
        "Clerk's JWT template tinybird is not what policy.py says, in claims.scopes, lifetime: "
        "pages have other rights than you think."
    ]
    assert any("when asked plainly" in sentence for sentence in found["canary"])
    assert found["no-organization"][0].startswith(
        "Whoever is signed in without an organization sees rows in "
    )


@pytest.mark.usefixtures("pushed", "somebody")
def test_a_signing_key_that_clerk_was_not_given_is_named(push: Run, doctor: Run) -> None:
    push(TINYBIRD_JWT_SECRET="p.local_" + "0" * 64)

    assert doctor().sentences("error") == {
        "clerk-signing-key": [
            "Clerk signs with another key than TINYBIRD_JWT_SECRET: Tinybird refuses each page."
        ]
    }


def _template(clerk: httpx2.Client) -> dict[str, Any]:
    (template,) = json.loads(clerk.get("/v1/jwt_templates").raise_for_status().content)
    return template
