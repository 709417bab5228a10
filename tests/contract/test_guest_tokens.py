"""Guest tokens, against Tinybird: one tenant's rows of few endpoints, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from roost.testing.stack import NO_AUTHORITIES, Stack

from .answers import ADAS_TENANT, ENDPOINT, OTHER_TENANT, PUBLIC, READ, problem
from .guests import SHOWN, Owner
from .holders import Holder, claims_of, path_of, shown, signed_token
from .test_token_attacks import OVERRIDES, Ask


@pytest.fixture(scope="module")
def owner(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Owner:
    """An owner who lets guests read what asks for nothing but the tenant."""
    return Owner.of(stack, tmp_path_factory.mktemp("guests"))


@pytest.fixture(scope="module")
def guest(stack: Stack, owner: Owner, attacker: Holder) -> Iterator[httpx2.Client]:
    """A client of Tinybird with a guest token of the attacker's tenant."""
    with reading(stack, owner.guest_token(attacker.tenant)) as client:
        yield client


def reading(stack: Stack, token: str) -> httpx2.Client:
    # Without the limit, which has a test of its own.
    claims = claims_of(token)
    del claims["limits"]
    text = signed_token(claims, stack.env["TINYBIRD_JWT_SECRET"])
    return httpx2.Client(
        base_url=stack.env["TINYBIRD_API_URL"],
        headers={"Authorization": f"Bearer {text}"},
        timeout=60,
        verify=NO_AUTHORITIES,
    )


def read_all(client: httpx2.Client) -> dict[str, object]:
    return {name: shown(client.get(path_of(name))) for name in SHOWN}


def test_a_guest_reads_the_rows_of_its_tenant_alone(
    guest: httpx2.Client, attacker: Holder, victim: Holder
) -> None:
    seen = read_all(guest)

    assert seen == {name: attacker.plain[name] for name in SHOWN}
    assert seen != {name: victim.plain[name] for name in SHOWN}


@pytest.mark.parametrize("ask", OVERRIDES.values(), ids=OVERRIDES.keys())
def test_no_parameter_of_a_guest_changes_the_tenant(
    guest: httpx2.Client, attacker: Holder, victim: Holder, ask: Ask
) -> None:
    for name in SHOWN:
        answer = ask(guest, path_of(name), victim.tenant, attacker.tenant)
        assert shown(answer) == attacker.plain[name]


def test_a_guest_reads_nothing_else(guest: httpx2.Client, attacker: Holder) -> None:
    others = attacker.plain.keys() - set(SHOWN)

    for path in (*map(path_of, [*others, *PUBLIC]), "/v0/sql?q=SELECT%201", "/v0/datasources"):
        assert guest.get(path).status_code == 403, path


@pytest.mark.parametrize("wider", [{"tenant_id": OTHER_TENANT}, {}])
def test_a_guests_token_that_is_changed_is_none(
    owner: Owner, stack: Stack, wider: dict[str, str]
) -> None:
    token = owner.guest_token(ADAS_TENANT)
    claims = claims_of(token)
    claims["scopes"][0]["fixed_params"] = wider

    changed = signed_token(claims, "not the secret, and long enough to be one")
    grafted = changed.rpartition(".")[0] + "." + token.rpartition(".")[2]

    for forged in (changed, grafted):
        answer = httpx2.get(
            stack.env["TINYBIRD_API_URL"] + path_of(ENDPOINT),
            headers={"Authorization": f"Bearer {forged}"},
            verify=NO_AUTHORITIES,
        )
        assert answer.status_code == 403


def test_a_guests_token_ends(owner: Owner, stack: Stack) -> None:
    claims = claims_of(owner.guest_token(ADAS_TENANT, expires_in=90))

    assert claims["exp"] - claims["iat"] == 90
    # The same, two minutes ago.
    past = {**claims, "iat": claims["iat"] - 120, "exp": claims["exp"] - 120}
    with reading(stack, signed_token(past, stack.env["TINYBIRD_JWT_SECRET"])) as client:
        assert client.get(path_of(ENDPOINT)).status_code == 403


def test_guests_use_up_no_rate_of_those_who_sign_in(
    owner: Owner, stack: Stack, attacker: Holder
) -> None:
    claims = claims_of(owner.guest_token(attacker.tenant))
    assert claims["name"] == f"guest:{attacker.tenant}"
    slow = signed_token({**claims, "limits": {"rps": 1}}, stack.env["TINYBIRD_JWT_SECRET"])

    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return attacker.api.get(path_of(ENDPOINT), headers=headers).status_code

    assert 429 in [status(slow) for _ in range(10)]
    assert status(attacker.token) == 200


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"tenant_id": ""}, [403, "tenant-required"]),
        ({"tenant_id": "org acme"}, [403, "tenant-required"]),
        ({"endpoints": "nothing"}, [403, "access-denied"]),
        ({"endpoints": []}, [403, "access-denied"]),
        ({"params": {"nothing": 1}}, [400, "parameter-unknown"]),
        ({"params": {"tenant_id": OTHER_TENANT}}, [400, "parameter-reserved"]),
        ({"expires_in": 3601}, [400, "request-invalid"]),
        ({"expires_in": 0}, [400, "request-invalid"]),
    ],
)
def test_what_no_guest_may_have_is_refused(
    owner: Owner, given: dict[str, object], refusal: list[object]
) -> None:
    asked = {"tenant_id": ADAS_TENANT, "endpoints": ENDPOINT, **given}

    assert owner.ask("guest_token", **asked) == refusal


def test_without_guest_endpoints_in_the_policy_there_are_no_guests(stack: Stack) -> None:
    default = Owner(stack.env, Path())

    refused = default.ask("guest_token", tenant_id=ADAS_TENANT, endpoints=ENDPOINT)

    assert refused == [403, "access-denied"]


def test_a_guests_token_is_no_session_of_the_apps(client: httpx2.Client, owner: Owner) -> None:
    headers = {"Authorization": f"Bearer {owner.guest_token(ADAS_TENANT)}"}

    for path in ("/api/me", "/api/tinybird/token", READ):
        assert problem(client.get(path, headers=headers)) == (401, "token-invalid")
