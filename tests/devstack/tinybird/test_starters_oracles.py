"""No caller of a starter's endpoints learns of a neighbour's row, whatever they put around them.

Two workspaces hold the same rows of a reader; one of them also those of a neighbour, in the same
parts. Every attempt has to have the same answer in both: data, and error, word by word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from .oracle_attempts import TENANT, answer, attempts, nodes_of
from .starter_projects import append, bring_starter, merge_parts
from .tinybird_server import Server, serving

NEIGHBOUR = "org_fixture_neighbour"
STARTERS = ("product_analytics", "empty")
FILTER = "PREWHERE tenant_id = "


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers of one project: the reader `alone`, and `beside` a neighbour."""

    alone: Server
    beside: Server

    def differences(self) -> Iterator[str]:
        """Write each attempt that the neighbour's rows change the answer of."""
        with self.alone.client() as alone, self.beside.client() as beside:
            for node in nodes_of(self.alone.project):
                for sql in attempts(alone, node):
                    told = answer(beside, node, sql)
                    if told != answer(alone, node, sql):
                        yield f"{node.pipe}: {sql}: {told}"


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize("merged", [False, True], ids=["one insert", "merged parts"])
def test_an_answer_does_not_depend_on_a_neighbours_rows(
    tmp_path: Path, starter: str, *, merged: bool
) -> None:
    with _pair(tmp_path, starter, merged=merged) as pair:
        assert list(pair.differences()) == []


def test_the_attempts_find_a_tenant_that_is_filtered_in_where(tmp_path: Path) -> None:
    with _pair(tmp_path, "product_analytics") as pair:
        for server in (pair.alone, pair.beside):
            _rewrite(server, "*.pipe", FILTER, "WHERE tenant_id = ")
            _rewrite(server, "*.pipe", "    WHERE\n        ", "        AND ")

        assert "top_events: " in "".join(pair.differences())


def test_the_attempts_find_a_column_with_a_shared_dictionary(tmp_path: Path) -> None:
    with _pair(tmp_path, "product_analytics") as pair:
        for server in (pair.alone, pair.beside):
            shared, plain = "`event` LowCardinality(String)", "`event` String"
            _rewrite(server, "events*.datasource", plain, shared)

        found = "".join(pair.differences())

    assert "top_events: " in found
    assert "recent_events: " in found


def test_the_newest_state_of_a_tenant_is_read_without_its_neighbours(tmp_path: Path) -> None:
    state = f"(SELECT kind, id, name FROM tenants FINAL PREWHERE tenant_id = '{TENANT}')"
    sqls = (
        f"SELECT kind, id, name FROM {state} ORDER BY id",
        f"SELECT count() FROM {state} WHERE throwIf(name LIKE 'secret%') = 0",
        f"SELECT count() FROM {state} WHERE throwIf(kind LIKE 'secret%') = 0",
    )
    with _pair(tmp_path, "empty") as pair:
        for server, others in ((pair.alone, []), (pair.beside, [_state(NEIGHBOUR, "secret", 1)])):
            append(server, "tenants", [_state(TENANT, "old", 1), *others])
            append(server, "tenants", [_state(TENANT, "new", 2), *others])

        told = [[server.rows(sql) for sql in sqls] for server in (pair.alone, pair.beside)]

    assert told[0] == told[1] == [
        [{"kind": "organization", "id": TENANT, "name": "new"}],
        [{"count()": 1}],
        [{"count()": 1}],
    ]


@contextmanager
def _pair(root: Path, starter: str, *, merged: bool = False) -> Iterator[Pair]:
    rows = {"alone": _rows(TENANT), "beside": [*_rows(NEIGHBOUR), *_rows(TENANT)]}
    for name, events in rows.items():
        bring_starter(starter, root / name)
        with serving(root / name) as server:
            assert server.deploy({}, auto_promote="true").json()["result"] == "success"
            append(server, "events", events)
        if merged:
            merge_parts(root / name)
    with ExitStack() as running:
        servers = [running.enter_context(serving(root / name)) for name in rows]
        yield Pair(*servers)


def _rows(tenant: str) -> list[dict[str, object]]:
    return [
        {
            "tenant_id": tenant,
            "user_id": f"secret_{number}" if tenant == NEIGHBOUR else "1",
            "session_id": f"secret_{number}" if tenant == NEIGHBOUR else "1",
            "event_id": f"secret_{number}" if tenant == NEIGHBOUR else str(number),
            "event": "secret_launch" if tenant == NEIGHBOUR else str(1 + number % 2),
            "timestamp": f"2026-03-{20 if tenant == NEIGHBOUR else 10} {number:02}:45:00.000",
            "properties": "secret" if tenant == NEIGHBOUR else "1",
        }
        for number in range(20)
    ]


def _state(tenant: str, name: str, day: int) -> dict[str, object]:
    return {
        "tenant_id": tenant,
        "kind": "secret" if tenant == NEIGHBOUR else "organization",
        "id": tenant,
        "name": name,
        "updated_at": f"2026-03-0{day} 00:00:00.000",
    }


def _rewrite(server: Server, pattern: str, found: str, written: str) -> None:
    for path in server.project.rglob(pattern):
        path.write_text(path.read_text().replace(found, written))
    done = server.deploy({}, auto_promote="true").json()
    assert done["result"] != "failed", done
