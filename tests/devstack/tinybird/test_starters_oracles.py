"""No caller of a starter's endpoints learns of a neighbour's row, whatever they put around them.

Every attempt is answered twice: in a workspace that has the rows of a reader alone, and in one that
has a neighbour's in the same parts. The answers are the same, data and error, word by word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from .oracle_attempts import TENANT, Node, answer, attempts, nodes_of
from .starter_projects import append, bring_starter, merge_parts
from .tinybird_server import Server, serving

NEIGHBOUR = "org_fixture_neighbour"


@dataclass(frozen=True, slots=True)
class Alone:
    """A starter, and what every attempt on it answers where the reader has no neighbour."""

    starter: str
    answers: Mapping[tuple[Node, str], tuple[int, object]]

    def differences(self, beside: Server) -> Iterator[str]:
        """Write each attempt that a server with a neighbour answers otherwise."""
        with beside.client() as client:
            for (node, sql), expected in self.answers.items():
                told = answer(client, node, sql)
                if told != expected:
                    yield f"{told[0]} {node.pipe}: {sql}: {told[1]}"


@pytest.fixture(scope="module", params=["product_analytics", "empty"])
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    root = tmp_path_factory.mktemp(request.param)
    with _holding(root, request.param, _events(TENANT)) as server, server.client() as client:
        answers = {
            (node, sql): answer(client, node, sql)
            for node in nodes_of(server.project)
            for sql in attempts(client, node)
        }
    return Alone(request.param, answers)


def test_most_attempts_are_queries_that_work_where_there_is_no_neighbour(alone: Alone) -> None:
    refused = [sql for (_, sql), (status, _) in alone.answers.items() if status != 200]

    assert len(refused) < len(alone.answers) / 10, refused[:3]


def test_no_answer_depends_on_the_rows_of_a_neighbour(tmp_path: Path, alone: Alone) -> None:
    with _beside(tmp_path, alone.starter) as server:
        in_one_insert = list(alone.differences(server))
    merge_parts(tmp_path)
    with serving(tmp_path) as server:
        in_merged_parts = list(alone.differences(server))

    assert (in_one_insert, in_merged_parts) == ([], [])


# recent_events alone lets no condition through: it limits the rows of each event_id.
@pytest.mark.parametrize("alone", ["product_analytics"], indirect=True)
def test_the_attempts_find_a_tenant_that_is_filtered_in_where(tmp_path: Path, alone: Alone) -> None:
    with _beside(tmp_path, alone.starter) as server:
        _rewrite(
            server, "*.pipe", ("PREWHERE tenant", "WHERE tenant"), ("    WHERE\n", "    AND\n")
        )

        assert _fails(alone.differences(server))


@pytest.mark.parametrize(
    "alone", ["empty", pytest.param("product_analytics", marks=pytest.mark.nightly)], indirect=True
)
def test_the_attempts_find_a_column_with_a_shared_dictionary(tmp_path: Path, alone: Alone) -> None:
    with _beside(tmp_path, alone.starter) as server:
        _rewrite(server, "events*.datasource", ("`event` String", "`event` LowCardinality(String)"))

        assert _fails(alone.differences(server))


def test_the_newest_state_of_a_tenant_is_read_without_its_neighbours(tmp_path: Path) -> None:
    state = f"(SELECT kind, id, name FROM tenants FINAL PREWHERE tenant_id = '{TENANT}')"
    with _holding(tmp_path, "empty", []) as server:
        append(server, "tenants", [_state(NEIGHBOUR, "secret", 1), _state(TENANT, "old", 1)])
        append(server, "tenants", [_state(NEIGHBOUR, "secret", 2), _state(TENANT, "new", 2)])

        rows = server.rows(f"SELECT kind, id, name FROM {state} WHERE throwIf(name > 'o') = 0")
        kinds = server.rows(f"SELECT kind FROM {state} WHERE throwIf(kind LIKE 'secret%') = 0")

    assert rows == [{"kind": "organization", "id": TENANT, "name": "new"}]
    assert kinds == [{"kind": "organization"}]


def _fails(differences: Iterator[str]) -> bool:
    return any(difference.startswith("400 ") for difference in differences)


@contextmanager
def _beside(root: Path, starter: str) -> Iterator[Server]:
    with _holding(root, starter, [*_events(NEIGHBOUR), *_events(TENANT)]) as server:
        yield server


@contextmanager
def _holding(root: Path, starter: str, events: list[dict[str, object]]) -> Iterator[Server]:
    bring_starter(starter, root)
    with serving(root) as server:
        done = server.deploy({}, auto_promote="true").json()
        assert done["result"] == "success", done
        if events:
            append(server, "events", events)
        yield server


def _events(tenant: str) -> list[dict[str, object]]:
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


def _rewrite(server: Server, pattern: str, *changes: tuple[str, str]) -> None:
    for path in server.project.rglob(pattern):
        text = path.read_text()
        for found, written in changes:
            text = text.replace(found, written)
        path.write_text(text)
    done = server.deploy({}, auto_promote="true").json()
    assert done["result"] == "success", done
