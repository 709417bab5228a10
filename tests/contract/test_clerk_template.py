"""Tokens that Clerk mints by this project's JWT template, straight against Tinybird."""

from __future__ import annotations

import json
import subprocess
import time

import httpx2
from roost.testing.stack import NO_AUTHORITIES, ROOT, Stack, clean_environment

from .answers import ACME, ADA, ADAS_TENANT, ENDPOINT, NEWTON, OTHER_TENANT, problem
from .holders import Holder, claims_of, shown

RESERVED = "no-organization"
# What the file grants, each with what it fixes.
SCOPES = json.loads((ROOT / "clerk" / "tinybird-jwt-template.json").read_text())["claims"]["scopes"]


def minted(stack: Stack, user: str, organization: str | None) -> str:
    """Have Clerk mint a token by the template for a session of `user` in `organization`."""
    with clerk(stack) as backend:
        wanted = {"user_id": user, "active_organization_id": organization}
        session = backend.post("/v1/sessions", json=wanted).raise_for_status().json()
        path = f"/v1/sessions/{session['id']}/tokens/tinybird"
        return backend.post(path).raise_for_status().json()["jwt"]


def clerk(stack: Stack) -> httpx2.Client:
    """Return a client of Clerk's Backend API."""
    key = stack.env["CLERK_SECRET_KEY"]
    return httpx2.Client(
        base_url=stack.env["CLERK_API_URL"],
        headers={"Authorization": f"Bearer {key}"},
        verify=NO_AUTHORITIES,
    )


def read(stack: Stack, token: str, endpoint: str, **params: str) -> httpx2.Response:
    """Read an endpoint as a page does."""
    return httpx2.get(
        f"{stack.env['TINYBIRD_API_URL']}/v0/pipes/{endpoint}.json",
        params=params,
        headers={"Authorization": f"Bearer {token}"},
        verify=NO_AUTHORITIES,
    )


def answers(stack: Stack, token: str, **params: str) -> dict[str, object]:
    """Return what each granted endpoint shows; a pause where the token's limit asks for one."""
    found: dict[str, object] = {}
    for scope in SCOPES:
        endpoint = scope["resource"]
        while (answer := read(stack, token, endpoint, **params)).status_code == 429:
            time.sleep(1)
        found[endpoint] = shown(answer)
    return found


def tenant_in(token: str) -> str:
    """Return the tenant that a token's scopes fix."""
    (tenant,) = {scope["fixed_params"]["tenant_id"] for scope in claims_of(token)["scopes"]}
    return tenant


def task(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `poe clerk-template` on the stack."""
    return subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "poe", "clerk-template", *words],
        cwd=ROOT,
        env=clean_environment() | stack.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_token_of_the_template_lives_a_minute_and_fixes_the_tenant(stack: Stack) -> None:
    token = minted(stack, ADA, ACME)

    claims = claims_of(token)
    assert claims["workspace_id"] == stack.env["TINYBIRD_WORKSPACE_ID"]
    assert claims["exp"] - claims["iat"] == 60
    assert tenant_in(token) == ADAS_TENANT
    assert "null" not in json.dumps(claims)
    assert read(stack, token, ENDPOINT).status_code == 200


def test_a_tenant_reads_its_own_rows_whatever_it_asks_for(stack: Stack, attacker: Holder) -> None:
    member = attacker.member
    token = minted(stack, member.user, member.organization)

    own = read(stack, token, "recent_events").json()["data"]
    other = read(stack, token, "recent_events", tenant_id=OTHER_TENANT).json()["data"]

    assert [row["event"] for row in own] == ["ours"]
    assert other == own


def test_a_session_without_an_organization_reads_nothing(stack: Stack, victim: Holder) -> None:
    newcomer = stack.new_member("Without a row")
    nobody = minted(stack, NEWTON, None)
    nothing = answers(stack, minted(stack, newcomer.user, newcomer.organization))

    tried = [answers(stack, nobody), answers(stack, nobody, tenant_id=victim.tenant)]

    assert tenant_in(nobody) == (RESERVED if stack.tenancy == "organization" else NEWTON)
    assert nothing["recent_events"] == []
    assert tried == [nothing, nothing]


def test_the_app_takes_no_token_of_the_template_for_a_session(
    client: httpx2.Client, stack: Stack
) -> None:
    refusal = client.get("/api/me", headers={"Authorization": f"Bearer {minted(stack, ADA, ACME)}"})

    assert problem(refusal) == (401, "token-invalid")


def test_the_backend_mints_too_for_whoever_has_no_clerkjs(
    client: httpx2.Client, ada: dict[str, str]
) -> None:
    answer = client.get("/api/tinybird/token", headers=ada).json()

    assert answer["tenant_id"] == ADAS_TENANT
    assert answer["endpoints"] == sorted(scope["resource"] for scope in SCOPES)


def test_a_push_mends_what_was_changed_by_hand_and_shows_no_secret(stack: Stack) -> None:
    with clerk(stack) as backend:
        (template,) = backend.get("/v1/jwt_templates").json()
        path = f"/v1/jwt_templates/{template['id']}"
        wider = {**template, "claims": {"scopes": []}, "signing_key": "another"}
        backend.patch(path, json=wider).raise_for_status()

        found, pushed, again, same = (
            task(stack, word) for word in ("diff", "push", "push", "diff")
        )

        assert backend.get(path).json()["claims"] == template["claims"]
    assert [done.returncode for done in (found, pushed, again, same)] == [1, 0, 0, 0]
    assert '-    "scopes": []' in found.stdout
    assert "was updated." in pushed.stdout and "was unchanged" in again.stdout
    secrets = [value for name, value in stack.env.items() if name.endswith(("SECRET", "KEY"))]
    printed = "".join(done.stdout for done in (found, pushed, again, same))
    assert not [secret for secret in secrets if secret and secret in printed]
    assert read(stack, minted(stack, ADA, ACME), ENDPOINT).status_code == 200
