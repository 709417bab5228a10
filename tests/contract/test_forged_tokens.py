"""Tokens for Tinybird that the app did not make: refused, whatever they promise."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

import pytest
from roost.testing.stack import Stack

from .holders import Claims, Holder, claims_of, encoded, signed_token


def with_another_tenant(claims: Claims, tenant: str) -> Claims:
    """Return the claims with every fixed tenant changed."""
    text = json.dumps(claims["scopes"]).replace(claims["name"].split(":")[1], tenant)
    return {**claims, "scopes": json.loads(text)}


CHANGES: Mapping[str, Callable[[Claims, str], Claims]] = {
    "nothing": lambda claims, other: claims,
    "tenant": with_another_tenant,
    "no-fixed": lambda claims, other: {
        **claims,
        "scopes": [{**scope, "fixed_params": {}} for scope in claims["scopes"]],
    },
    "admin": lambda claims, other: {**claims, "scopes": [{"type": "ADMIN"}, *claims["scopes"]]},
    "later": lambda claims, other: {**claims, "exp": claims["exp"] + 3600},
    "workspace": lambda claims, other: {
        **claims,
        "workspace_id": "00000000-0000-4000-8000-000000000000",
    },
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_token_that_the_app_did_not_sign_is_refused(
    stack: Stack, attacker: Holder, victim: Holder, change: Callable[[Claims, str], Claims]
) -> None:
    claims = change(claims_of(attacker.token), victim.tenant)
    signature = attacker.token.rpartition(".")[2]
    body = encoded(claims)
    keys = ["", "secret", attacker.tenant, stack.env["TINYBIRD_WORKSPACE_ID"], attacker.token]
    forged = [
        *(signed_token(claims, key) for key in keys),
        *(f"{encoded({'alg': alg})}.{body}." for alg in ("none", "None", "HS256")),
        *(f"{encoded({'alg': alg})}.{body}.{signature}" for alg in ("none", "HS512", "RS256")),
        f"{attacker.token.partition('.')[0]}.{body}.{signature[:-2]}",
        f"{body}.{signature}",
    ]

    assert {attacker.status_with(token) for token in forged} == {403}


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"workspace_id": "00000000-0000-4000-8000-000000000000"},
        {"scopes": []},
        {"scopes": [{"type": "ADMIN"}]},
        {"scopes": [{"type": "DATASOURCES:APPEND", "resource": "events"}]},
        {"scopes": [{"type": "PIPES:READ"}]},
    ],
)
def test_a_signature_alone_is_not_enough(
    stack: Stack, attacker: Holder, wrong: Mapping[str, object]
) -> None:
    claims = {**claims_of(attacker.token), **wrong}

    assert attacker.status_with(signed_token(claims, stack.env["TINYBIRD_JWT_SECRET"])) == 403
