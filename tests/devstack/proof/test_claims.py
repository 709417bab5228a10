"""Bodies in which a sender claims to be another tenant."""

from __future__ import annotations

import json
from random import Random

from devstack.proof.built import BuiltProject
from devstack.proof.claims import Body, claiming_bodies
from devstack.proof.columns import Vocabulary

from .small_project import COUNTRIES, project

KNOWN = Vocabulary(("paid",), (3,), ("2026-05-01", "2026-05-02"))


def drawn(built: BuiltProject) -> list[Body]:
    random = Random("claims")
    return [
        body for _ in range(200) for body in claiming_bodies(random, built, KNOWN, "org_victim")
    ]


def test_every_body_names_the_victim_or_nobody_under_some_key() -> None:
    bodies = drawn(project())

    assert {body.media_type for body in bodies} == {"application/json", "application/x-ndjson"}
    assert sum("org_victim" in body.text for body in bodies) > len(bodies) / 2


def test_a_claim_stands_twice_escaped_behind_and_inside_a_line() -> None:
    texts = [body.text for body in drawn(project())]

    for twist in (
        '{"tenant_id":"org_victim","',
        '"\\u0074enant_id":"org_victim"}',
        '}{"tenant_id":"org_victim"}',
        '"note":"\u2028{\\"tenant_id\\":\\"org_victim\\"}\u0085"}',
    ):
        assert any(twist in text for text in texts), twist


def test_most_bodies_are_json_that_an_app_can_take() -> None:
    bodies = [body for body in drawn(project()) if body.media_type == "application/json"]

    assert sum(is_json(body.text) for body in bodies) > len(bodies) / 3


def test_nothing_is_sent_where_no_tenant_has_a_table() -> None:
    assert drawn(BuiltProject((), {}, {"countries": COUNTRIES})) == []


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
