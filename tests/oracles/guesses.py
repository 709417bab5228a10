"""What another tenant's rows hold, and what they could hold but do not."""

from __future__ import annotations

from dataclasses import dataclass

READER, NEIGHBOUR, NOBODY = "org_local_acme", "org_local_globex", "org_local_icarus"
DAY = "2026-05-01"


@dataclass(frozen=True, slots=True)
class Guess:
    """A value of a column: `held` by a neighbour's row, `free` by none; both as long."""

    column: str
    held: str
    free: str

    def cut(self, length: int) -> Guess:
        """Return the guess of the first `length` letters, as somebody who spells it out asks."""
        return Guess(self.column, self.held[:length], self.free[:length])


GUESSES = (
    Guess("event", "launch_of_kingfisher", "mounds_of_kingfisher"),
    Guess("user_id", "user_hidden_lovelace", "user_absent_lovelace"),
    Guess("session_id", "visit_of_the_auditor", "lunch_of_the_auditor"),
    Guess("event_id", "evt_neighbour_000001", "evt_somewhere_000001"),
    Guess("properties", '{"deal": "kestrel"}', '{"seal": "kestrel"}'),
    Guess("tenant_id", NEIGHBOUR, NOBODY),
)


def rows_of(tenant: str, count: int, *, is_held: bool) -> list[dict[str, str]]:
    """Return rows of a tenant, with the values of the guesses where they are `held`."""
    values = {guess.column: guess.held for guess in GUESSES} if is_held else {}
    return [
        {
            "user_id": f"user_{number % 3}",
            "session_id": "",
            "event": "page_view",
            "properties": "{}",
            **values,
            "event_id": values.get("event_id", f"evt_{tenant}_{number}"),
            "tenant_id": tenant,
            "timestamp": f"{DAY}T{number % 24:02}:00:00Z",
        }
        for number in range(count)
    ]
