"""A session's day: steps in an order of its own, with pauses."""

from __future__ import annotations

import random

from .hostile import HOSTILE_STEPS
from .load import Load
from .people import Person
from .reading import READING_STEPS
from .writing import WRITING_STEPS

# Two cores serve the sessions, the app and both services.
PAUSE_S = (3.0, 9.0)


async def live(load: Load, person: Person) -> None:
    """Read and write as `person` until the load is over."""
    dice = random.Random(f"{person.tenant.mark}-{person.number}")
    steps = [*READING_STEPS, *WRITING_STEPS, *(HOSTILE_STEPS if person.victim else [])]
    await load.pause(dice.uniform(0, PAUSE_S[1]))
    while not load.over.is_set():
        (step,) = dice.choices([one for one, _ in steps], [weight for _, weight in steps])
        await step(load, person, dice)
        await load.pause(dice.uniform(*PAUSE_S))
