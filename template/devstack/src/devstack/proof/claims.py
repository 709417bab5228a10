"""Bodies for POST /api/events in which a sender claims to be another tenant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from .built import TENANT, BuiltProject, Table
from .columns import Vocabulary, column_values
from .rows import document

MEDIA_TYPES = ("application/json", "application/x-ndjson")


@dataclass(frozen=True, slots=True)
class Body:
    """A body, as its sender writes it."""

    media_type: str
    text: str


def claiming_bodies(
    random: Random, project: BuiltProject, known: Vocabulary, tenant: str
) -> list[Body]:
    """Draw bodies that claim to be `tenant`'s: plainly, nested, twice, under odd keys."""
    if not project.filled:
        return []
    return [_body(random, project, known, tenant) for _ in range(random.randint(1, 4))]


def _body(random: Random, project: BuiltProject, known: Vocabulary, tenant: str) -> Body:
    table = random.choice(project.filled)
    media_type = random.choice(MEDIA_TYPES)
    objects = [_claimed(random, table, known, tenant) for _ in range(random.randint(1, 6))]
    if media_type == "application/json":
        return Body(media_type, f"[{','.join(objects)}]")
    return Body(media_type, random.choice(("\n", "\r\n", "\n\n")).join(objects))


def _claimed(random: Random, table: Table, known: Vocabulary, tenant: str) -> str:
    columns = [column for column in table.columns if column.name != TENANT]
    values = {column.name: column_values(column, known)(random) for column in columns}
    event = json.loads(document(table, {name: _in_utc(v) for name, v in values.items()}))
    claim = random.choice((tenant, [tenant], {TENANT: tenant}, None, "", 7))
    key = random.choice((TENANT, TENANT.upper(), f"{TENANT} ", f"$.{TENANT}", "org_id"))
    event[key] = claim
    nested = random.choice((None, None, "properties", "", "data", "tenant"))
    if nested is not None:
        event[nested] = {TENANT: tenant, "rows": [{TENANT: tenant}]}
    text = json.dumps(event, ensure_ascii=random.choice((True, False)))
    return _twisted(random, text, tenant)


def _twisted(random: Random, text: str, tenant: str) -> str:
    # Not what json.dumps writes: a key twice, an escaped key, a second object, a line inside.
    claim = json.dumps(tenant)
    twists = {
        "twice": f'{{"{TENANT}":{claim},{text[1:]}',
        "escaped": f'{text[:-1]},"\\u0074enant_id":{claim}}}',
        "second": f'{text}{{"{TENANT}":{claim}}}',
        "line": f'{text[:-1]},"note":"\u2028{{\\"{TENANT}\\":\\"{tenant}\\"}}\u0085"}}',
    }
    # Mostly none of them: what is refused as a whole proves little.
    return random.choice([text] * 8 + list(twists.values()))


def _in_utc(value: object) -> object:
    # The app takes instants alone where a column takes text of the same shape.
    if not isinstance(value, str) or len(value) < len("2026-05-01 12:00:00"):
        return value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return value
