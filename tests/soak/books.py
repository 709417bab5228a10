"""Who sent which event, what became of it, and whose every row is. It does no I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .people import Tenant

_MARK = re.compile(r"soak\d\d")
_ORGANIZATION = re.compile(r"org_local_[0-9a-f]{24}")

Row = Mapping[str, str | int]


@dataclass(slots=True)
class Delivery:
    """What became of one event: attempts without an answer of Tinybird's, and the last one."""

    cut_off: int = 0
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of the raw table; `text` holds all that its sender chose."""

    tenant_id: str
    event_id: str
    user_id: str
    text: str


@dataclass(slots=True)
class Settlement:
    """What the raw table held at the end. duplicates: rows of an event beyond its first."""

    rows: int = 0
    duplicates: int = 0
    problems: list[str] = field(default_factory=list)


class Books:
    """The events of each tenant. An event's id is unique within its tenant alone."""

    def __init__(self, tenants: Sequence[Tenant]) -> None:
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._events: dict[str, dict[str, Delivery]] = {tenant.id: {} for tenant in tenants}

    def send(self, tenant: Tenant, event_ids: Iterable[str]) -> None:
        """Note events before they leave for the first time."""
        for event_id in event_ids:
            self._events[tenant.id][event_id] = Delivery()

    def acknowledge(self, tenant: Tenant, event_ids: Iterable[str]) -> None:
        """Note that the app has answered 202: these may never get lost."""
        for event_id in event_ids:
            self._events[tenant.id][event_id].is_acknowledged = True

    def cut_off(self, tenant: Tenant, event_ids: Iterable[str]) -> None:
        """Note that nobody knows whether these were stored: the sender repeats them."""
        for event_id in event_ids:
            self._events[tenant.id][event_id].cut_off += 1

    def sent(self, tenant: Tenant) -> int:
        """Return how many events may be stored."""
        return len(self._events[tenant.id])

    def acknowledged(self, tenant: Tenant) -> int:
        """Return how many events must be stored."""
        return sum(one.is_acknowledged for one in self._events[tenant.id].values())

    def foreign_in(self, tenant: Tenant, text: str) -> list[str]:
        """Name every other tenant's mark and id in what a session of `tenant` was shown."""
        marks = set(_MARK.findall(text)) - {tenant.mark}
        ids = set(_ORGANIZATION.findall(text)) - {tenant.id}
        return [f"{tenant.mark} was shown {one}" for one in sorted(marks | ids)]

    def check_rows(self, tenant: Tenant, endpoint: str, rows: Sequence[Row]) -> list[str]:
        """Find rows that cannot be the tenant's own: other people, other ids, too many events."""
        found = [
            f"{endpoint} showed {tenant.mark} an event of {row['user_id']}"
            for row in rows
            if row.get("user_id", tenant.owner) != tenant.owner
        ]
        found += [
            f"{endpoint} counted {row[name]} {name} for {tenant.mark}, which has one"
            for row in rows
            for name in ("users", "cohort_size")
            if int(row.get(name, 0)) > 1
        ]
        events = sum(int(row.get("events", 0)) for row in rows)
        if events > self.sent(tenant):
            found.append(f"{endpoint} counted {events} of {tenant.mark}: {self.sent(tenant)} sent")
        ids = [str(row["event_id"]) for row in rows if "event_id" in row]
        return found + self._check_ids(tenant, endpoint, ids)

    def check_all_shown(self, tenant: Tenant, event_ids: Sequence[str]) -> list[str]:
        """Compare all that an endpoint lists at the end with what was acknowledged."""
        missing = self._must_be_stored(tenant) - set(event_ids)
        lost = [f"acknowledged, not shown: {tenant.mark} {one}" for one in sorted(missing)]
        return lost + self._check_ids(tenant, "recent_events", event_ids)

    def settle(self, rows: Iterable[StoredRow]) -> Settlement:
        """Compare the raw table with what was sent."""
        result = Settlement()
        copies: Counter[tuple[str, str]] = Counter()
        for row in rows:
            result.rows += 1
            result.problems += self._check_stored(row)
            copies[row.tenant_id, row.event_id] += 1
        for tenant in self._tenants.values():
            missing = self._must_be_stored(tenant) - {e for t, e in copies if t == tenant.id}
            result.problems += [f"acknowledged and lost: {tenant.mark} {e}" for e in missing]
        result.duplicates = sum(count - 1 for count in copies.values())
        for (tenant_id, event_id), count in copies.items():
            result.problems += self._check_copies(tenant_id, event_id, count)
        return result

    def _must_be_stored(self, tenant: Tenant) -> set[str]:
        events = self._events[tenant.id]
        return {event_id for event_id, one in events.items() if one.is_acknowledged}

    def _check_ids(self, tenant: Tenant, endpoint: str, event_ids: Sequence[str]) -> list[str]:
        unknown = set(event_ids) - self._events[tenant.id].keys()
        found = [f"{endpoint} showed {tenant.mark} {one}, never sent" for one in sorted(unknown)]
        twice = [one for one, count in Counter(event_ids).items() if count > 1]
        return found + [f"{endpoint} showed {tenant.mark} {one} more than once" for one in twice]

    def _check_stored(self, row: StoredRow) -> list[str]:
        tenant = self._tenants.get(row.tenant_id)
        if tenant is None:
            return [f"a row under {row.tenant_id}, which is nobody: {row.text}"]
        if row.event_id not in self._events[tenant.id]:
            return [f"a row under {tenant.mark} that it never sent: {row.event_id} {row.text}"]
        found = [f"stored under {one}" for one in self.foreign_in(tenant, row.text)]
        if row.user_id != tenant.owner:
            found.append(f"{tenant.mark} {row.event_id} is stored as {row.user_id}'s")
        return found

    def _check_copies(self, tenant_id: str, event_id: str, count: int) -> list[str]:
        delivery = self._events.get(tenant_id, {}).get(event_id)
        if delivery is None:
            return []
        explained = delivery.cut_off + delivery.is_acknowledged
        if count <= explained:
            return []
        mark = self._tenants[tenant_id].mark
        return [f"{mark} {event_id} is stored {count} times, {explained} can be explained"]
