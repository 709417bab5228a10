"""Bodies for POST /api/events in which a sender claims to be another tenant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .columns import Vocabulary, column_values
from .project import TENANT, Project, Table
from .rows import document

MEDIA_TYPES = ("application/json", "application/x-ndjson")


@dataclass(frozen=True, slots=True)
class Body:
    """A body, as its sender writes it."""

    media_type: str
    text: str


def claiming_bodies(project: Project, known: Vocabulary, tenant: str) -> SearchStrategy[list[Body]]:
    """Return bodies that claim to be `tenant`'s: plainly, nested, twice, under odd keys."""

    if not project.filled:
        return st.just([])

    @st.composite
    def body(draw: DrawFn) -> Body:
        return _body(draw, project, known, tenant)

    return st.lists(body(), min_size=1, max_size=4)


def _body(draw: DrawFn, project: Project, known: Vocabulary, tenant: str) -> Body:
    table = draw(st.sampled_from(project.filled))
    media_type = draw(st.sampled_from(MEDIA_TYPES))
    objects = [_claimed(draw, table, known, tenant) for _ in range(draw(st.integers(1, 6)))]
    if media_type == "application/json":
        return Body(media_type, f"[{','.join(objects)}]")
    return Body(media_type, draw(st.sampled_from(("\n", "\r\n", "\n\n"))).join(objects))


def _claimed(draw: DrawFn, table: Table, known: Vocabulary, tenant: str) -> str:
    columns = [column for column in table.columns if column.name != TENANT]
    values = {column.name: draw(column_values(column, known)) for column in columns}
    event = json.loads(document(table, {name: _in_utc(v) for name, v in values.items()}))
    claim = draw(st.sampled_from((tenant, [tenant], {TENANT: tenant}, None, "", 7)))
    key = draw(st.sampled_from((TENANT, TENANT.upper(), f"{TENANT} ", f"$.{TENANT}", "org_id")))
    event[key] = claim
    nested = draw(st.sampled_from((None, None, "properties", "", "data", "tenant")))
    if nested is not None:
        event[nested] = {TENANT: tenant, "rows": [{TENANT: tenant}]}
    return _twisted(draw, json.dumps(event, ensure_ascii=draw(st.booleans())), tenant)


def _twisted(draw: DrawFn, text: str, tenant: str) -> str:
    # Not what json.dumps writes: a key twice, an escaped key, a second object, a line inside.
    claim = json.dumps(tenant)
    twists = {
        "twice": f'{{"{TENANT}":{claim},{text[1:]}',
        "escaped": f'{text[:-1]},"\\u0074enant_id":{claim}}}',
        "second": f'{text}{{"{TENANT}":{claim}}}',
        "line": f'{text[:-1]},"note":"\u2028{{\\"{TENANT}\\":\\"{tenant}\\"}}\u0085"}}',
    }
    # Mostly none of them: what is refused as a whole proves little.
    return draw(st.sampled_from([text] * 8 + list(twists.values())))


def _in_utc(value: object) -> object:
    # The app takes instants alone where a column takes text of the same shape.
    if not isinstance(value, str) or len(value) < len("2026-05-01 12:00:00"):
        return value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return value
