from __future__ import annotations

import pytest
from roost.errors import AppError
from roost.reads.budget import DailyBudget

DAY = 86_400.0


class Clock:
    """Unix seconds; it begins at midnight."""

    def __init__(self) -> None:
        self.now = 20_000 * DAY

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spend(budget: DailyBudget, tenant_id: str, queries: int) -> None:
    for _ in range(queries):
        budget.spend(tenant_id)


def test_a_tenant_that_has_spent_its_day_waits_until_midnight(clock: Clock) -> None:
    budget = DailyBudget(3, clock)
    spend(budget, "org_acme", 3)
    clock.now += DAY - 90.5

    with pytest.raises(AppError) as caught:
        budget.spend("org_acme")

    assert (caught.value.status, caught.value.code) == (429, "budget-spent")
    assert caught.value.headers == {"Retry-After": "91"}
    budget.spend("org_globex")
    clock.now += 90.4
    with pytest.raises(AppError):
        budget.spend("org_acme")
    clock.now += 0.1
    spend(budget, "org_acme", 3)


def test_without_a_budget_nothing_is_counted(clock: Clock) -> None:
    budget = DailyBudget(None, clock)

    spend(budget, "org_acme", 10_000)

    assert budget.pace_s("org_acme") == 0.0
    assert not budget._spent


def test_the_second_half_of_a_budget_is_spread_over_the_rest_of_the_day(clock: Clock) -> None:
    budget = DailyBudget(1000, clock)
    clock.now += DAY / 2

    spend(budget, "org_acme", 499)
    assert budget.pace_s("org_acme") == 0.0
    budget.spend("org_acme")
    # Ten questions share 500 queries in half a day: each may be asked 50 times.
    assert budget.pace_s("org_acme") == 864.0
    spend(budget, "org_acme", 500)
    assert budget.pace_s("org_acme") == 432_000.0
    assert budget.pace_s("org_globex") == 0.0
