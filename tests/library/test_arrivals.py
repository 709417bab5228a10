"""How bodies may arrive, with a clock of the tests' own."""

from __future__ import annotations

import pytest
from roost.errors import AppError
from roost.http.arrivals import Arrival, HeldBytes


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def arrival(clock: Clock, held: HeldBytes | None = None) -> Arrival:
    """A body of at most a million bytes."""
    return Arrival(1_000_000, held or HeldBytes(10_000_000), clock)


@pytest.mark.parametrize(
    ("bytes_a_second", "is_taken"), [(0, False), (1, False), (500, False), (2_000, True)]
)
def test_who_sends_too_slowly_is_given_up(bytes_a_second: int, *, is_taken: bool) -> None:
    clock = Clock()
    body = arrival(clock)
    body.left_s()

    for _ in range(25):
        clock.now += 1
        if not body.left_s():
            break
        body.take(bytes_a_second)

    assert (body.left_s() > 0) is is_taken


def test_ten_seconds_are_anybodys_and_sixty_are_all() -> None:
    clock = Clock()
    slow, quick = arrival(clock), arrival(clock)
    assert (slow.left_s(), quick.left_s()) == (10.0, 10.0)

    quick.take(900_000)
    clock.now += 9.5
    assert (slow.left_s(), quick.left_s()) == (0.5, 50.5)
    clock.now += 51
    assert (slow.left_s(), quick.left_s()) == (0.0, 0.0)


def test_time_begins_when_somebody_waits_for_the_body() -> None:
    clock = Clock()
    body = arrival(clock)
    clock.now += 3600

    assert body.left_s() == 10.0


@pytest.mark.parametrize("pieces", [[1_000_001], [1_000_000, 1], [600_000, 600_000]])
def test_a_body_may_not_grow_too_large(pieces: list[int]) -> None:
    held = HeldBytes(10_000_000)
    body = arrival(Clock(), held)

    with pytest.raises(AppError, match="body-too-large"):
        for piece in pieces:
            body.take(piece)


def test_bodies_together_hold_no_more_than_a_process_may() -> None:
    held, clock = HeldBytes(1_500_000), Clock()
    first, second = arrival(clock, held), arrival(clock, held)
    first.take(1_000_000)

    with pytest.raises(AppError) as caught:
        second.take(600_000)
    assert (caught.value.status, caught.value.code) == (503, "overloaded")
    assert caught.value.headers == {"Retry-After": "1"}
    second.take(500_000)


@pytest.mark.parametrize("times", [1, 2])
def test_what_has_ended_holds_nothing(times: int) -> None:
    held, clock = HeldBytes(1_000_000), Clock()
    first = arrival(clock, held)
    first.take(1_000_000)

    for _ in range(times):
        first.end()

    arrival(clock, held).take(1_000_000)
    with pytest.raises(AppError, match="overloaded"):
        arrival(clock, held).take(1)


def test_bytes_that_come_after_the_end_are_held_by_nobody() -> None:
    held = HeldBytes(1_000_000)
    late = arrival(Clock(), held)
    late.end()

    with pytest.raises(AppError, match="body-timeout"):
        late.take(1)
    arrival(Clock(), held).take(1_000_000)
