"""The doctor's SQL with a page's token, against services that refuse it, answer it, or tell."""

from __future__ import annotations

import httpx2
import pytest
from roost.doctor.findings import Severity
from roost.settings import Settings

from .issuer import Issuer
from .world import World, findings, refusal, rows


@pytest.fixture
def world(issuer: Issuer) -> World:
    return World(issuer)


def no_rows(_sql: str) -> httpx2.Response:
    return rows([{"count()": 0}])


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_sql_that_is_refused_everywhere_is_sound(
    world: World, settings: Settings, status: int
) -> None:
    world.sql = lambda _sql: refusal(status)

    assert oracle(world, settings) == [
        (Severity.OK, "Tinybird answers no SQL to a token that a page may hold.")
    ]


def test_the_doctor_asks_for_a_constant_each_endpoint_and_queries_that_fail(
    world: World, settings: Settings
) -> None:
    world.sql = no_rows
    oracle(world, settings)

    asked = {r.url.params["q"] for r in world.seen if r.url.path == "/v0/sql"}
    assert "SELECT 1 FORMAT JSON" in asked
    assert "SELECT count() FROM top_events FORMAT JSON" in asked
    assert (
        "SELECT count() FROM top_events "
        "WHERE throwIf(ifNull(notEmpty(toString(`event`)), 0)) = 0 FORMAT JSON"
    ) in asked


@pytest.mark.parametrize("answered", ["SELECT 1 ", "SELECT count() FROM my_activity FORMAT"])
def test_sql_that_tells_nothing_is_a_warning_that_says_what_it_means(
    world: World, settings: Settings, answered: str
) -> None:
    world.sql = lambda sql: rows([]) if sql.startswith(answered) else refusal(403)

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert "whoever is signed in can ask queries of their own" in sentence
    assert "proves little" not in sentence


def test_without_rows_a_quiet_oracle_proves_little(world: World, settings: Settings) -> None:
    world.sql, world.has_rows = no_rows, False

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert sentence.endswith("no rows are known (--tenant ID, or TINYBIRD_ADMIN_TOKEN).")


@pytest.mark.parametrize(
    ("function", "form"),
    [("throwIf", "throwIf"), ("intDiv", "a division"), ("toUInt8(if", "a cast")],
)
@pytest.mark.parametrize("failure", [httpx2.Response(400), httpx2.Response(500), rows([{"n": 1}])])
def test_an_oracle_that_works_is_a_failure_that_says_what_to_do(
    world: World, settings: Settings, function: str, form: str, failure: httpx2.Response
) -> None:
    def told(sql: str) -> httpx2.Response:
        fails = f"{function}(" in sql and "notEmpty" in sql
        return failure if fails and "top_events" in sql else no_rows(sql)

    world.sql = told

    found = [one for one in findings(world, settings) if one.check == "canary-oracle"]

    assert [(one.severity, one.sentence) for one in found] == [
        (
            Severity.ERROR,
            f"SQL over top_events fails by other tenants' event ({form}): whoever is signed in can "
            "spell out their values, one query after the other.",
        )
    ]
    assert "plain String" in found[0].mend
    assert "PREWHERE" in found[0].mend
    assert "DASHBOARD_READS=backend" in found[0].mend


def test_a_failure_that_has_nothing_to_do_with_rows_is_no_oracle(
    world: World, settings: Settings
) -> None:
    world.sql = lambda sql: refusal(400) if "WHERE" in sql else rows([])

    ((severity, _sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING


@pytest.mark.parametrize("status", [500, 503, 408])
def test_sql_without_a_clear_answer_is_asked_for_again(
    world: World, settings: Settings, status: int
) -> None:
    world.sql = lambda sql: refusal(status) if sql.startswith("SELECT 1 ") else refusal(403)

    ((severity, sentence),) = oracle(world, settings)

    assert severity is Severity.WARNING
    assert sentence.startswith("Tinybird's SQL gave no clear answer for a constant")


def oracle(world: World, settings: Settings) -> list[tuple[Severity, str]]:
    """Return what the doctor says of SQL with a page's token."""
    found = findings(world, settings)
    return [(one.severity, one.sentence) for one in found if one.check == "canary-oracle"]
