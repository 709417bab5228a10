"""What of a data project the proof reads: which tables it fills, and what stands behind a pipe."""

from __future__ import annotations

from devstack.proof.built import literals, whole_numbers

from .small_project import pipe, project


def test_rows_are_sent_to_every_tenant_table_that_no_materialization_fills() -> None:
    assert [table.name for table in project().filled] == ["events", "snapshot", "later"]
    assert project().targets == {"daily"}
    assert project().made == {"daily", "snapshot", "later"}


def test_a_table_without_the_tenant_is_shared_unless_something_fills_it() -> None:
    rollup = pipe("countries_fill", "SELECT name FROM events", target="countries")

    assert project().shared == ("countries",)
    assert project(rollup).shared == ()


def test_a_copy_runs_after_those_whose_targets_it_reads() -> None:
    assert [copy.name for copy in project().copies] == ["snapshot_copy", "later_copy"]


def test_copies_that_read_each_other_all_run() -> None:
    one = pipe("one", "SELECT * FROM snapshot JOIN later", target="daily", is_copy=True)
    other = pipe("snapshot_copy", "SELECT * FROM daily", target="snapshot", is_copy=True)

    names = {copy.name for copy in project(one, other).copies}

    assert names == {"one", "snapshot_copy", "later_copy"}


def test_the_nodes_behind_a_pipe_come_after_what_they_read_from_other_pipes_too() -> None:
    deeper = pipe("deeper", "SELECT * FROM top WHERE 1", "SELECT * FROM deeper_0, deeper_1")

    nodes = [node.name for node in project(deeper).nodes_behind("deeper")]

    assert nodes == ["top_0", "top_1", "deeper_0", "deeper_1"]


def test_what_a_query_compares_with_is_known_and_sentences_for_people_are_not() -> None:
    sql = """{% if String(kind, 'all', description='all or paid') not in ('all', 'a,b') %}
        {{ error('kind must be all.') }} {% end %} WHERE n > 12 AND ratio < 1.5"""

    assert literals(sql) == {"all", "a,b", "a", "b"}
    assert whole_numbers(sql) == {12}
    assert project().numbers() == [3, 12]
    assert project().words("top") == ["all", "paid"]
