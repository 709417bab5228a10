"""A project that cannot run is refused, with the line and a sentence, and nothing changes."""

import pytest

from ..tinybird_server import Server

TOP_EVENTS, NAMES = "endpoints/top_events.pipe", "endpoints/names.pipe"
DAILY, SNAPSHOT = "materializations/daily.pipe", "copies/snapshot.pipe"
EVENTS = "datasources/events.datasource"


@pytest.mark.parametrize(
    ("path", "old", "new", "error"),
    [
        (
            TOP_EVENTS,
            "SELECT event, hits",
            "SELECT evnt, hits",
            "line 7: there is no column `evnt`. Maybe you meant `event`.",
        ),
        (
            TOP_EVENTS,
            "countMerge(hits)",
            "countMerge(hitz)",
            "line 12: there is no column `hitz`. Maybe you meant `hits`.",
        ),
        (
            TOP_EVENTS,
            "countMerge(hits)",
            "countMerg(hits)",
            "line 12: there is no function `countMerg`.",
        ),
        (
            TOP_EVENTS,
            "FROM events_daily",
            "FROM event_daily",
            "line 7: Resource 'event_daily' not found",
        ),
        (TOP_EVENTS, "GROUP BY event", "GRUOP BY event", "line 12: syntax error at `BY`."),
        (
            DAILY,
            "GROUP BY tenant_id",
            "GROUP BY tenantid",
            "line 4: there is no column `tenantid`. Maybe you meant `tenant_id`.",
        ),
        (
            DAILY,
            "AS hits",
            "AS hitz",
            "line 3: SELECT query outputs column with name 'hitz', which is not found in the "
            "target table. Use 'AS' to assign alias that matches a column name.",
        ),
        (
            SNAPSHOT,
            "WHERE tenant_id",
            "WHERE tenantid",
            "line 5: there is no column `tenantid`. Maybe you meant `tenant_id`.",
        ),
        (
            SNAPSHOT,
            "AS hits",
            "AS hitz",
            "line 4: the column 'hitz' is not in the datasource 'snapshots'.",
        ),
        (
            EVENTS,
            "`event` LowCardinality",
            "`event` LowCardinal",
            "line 5: Unknown data type family: LowCardinal. Maybe you meant: ['LowCardinality']",
        ),
        (
            EVENTS,
            '"tenant_id, timestamp"',
            '"tenantid, timestamp"',
            "line 11: there is no column `tenantid`.",
        ),
    ],
)
def test_a_name_that_is_misspelt_is_refused_with_its_line(
    rich: Server, path: str, old: str, new: str, error: str
) -> None:
    text = (rich.project / path).read_text()
    assert text.count(old) == 1

    assert refusals(rich, {path: text.replace(old, new)}) == [(path, error)]


def test_only_the_cause_is_named_of_what_reads_a_broken_pipe(rich: Server) -> None:
    text = (
        (rich.project / TOP_EVENTS).read_text().replace("SELECT event, hits", "SELECT evnt, hits")
    )
    reader = "NODE over\nSQL >\n    SELECT evnt FROM top_events\nTYPE endpoint\n"

    found = refusals(rich, {TOP_EVENTS: text, "endpoints/a_reader.pipe": reader})

    assert [path for path, _ in found] == [TOP_EVENTS]


def test_a_broken_node_that_nothing_reads_is_refused(rich: Server) -> None:
    unread = "NODE unread\nSQL >\n    SELECT evnt FROM events\n\n"

    found = refusals(rich, {NAMES: unread + (rich.project / NAMES).read_text()})

    assert found == [(NAMES, "line 3: there is no column `evnt`. Maybe you meant `event`.")]


def test_two_pipes_that_are_broken_are_both_named(rich: Server) -> None:
    broken = "NODE only\nSQL >\n    SELECT nothing FROM events\nTYPE endpoint\n"

    found = refusals(rich, {"endpoints/one.pipe": broken, "endpoints/two.pipe": broken})

    assert [path for path, _ in found] == ["endpoints/one.pipe", "endpoints/two.pipe"]


def test_a_name_that_a_parameter_gives_is_nobodys_mistake(rich: Server) -> None:
    chosen = (
        "NODE only\nSQL >\n    %\n    SELECT {{ symbol(by) }} FROM events\n"
        "    WHERE event = {{ String(event) }}\nTYPE endpoint\n"
    )

    assert refusals(rich, {"endpoints/chosen.pipe": chosen}) == []


def test_the_cli_shows_the_line(fresh: Server) -> None:
    path = fresh.project / TOP_EVENTS
    path.write_text(path.read_text().replace("SELECT event, hits", "SELECT evnt, hits"))

    done = fresh.tb("build")

    assert done.returncode == 1
    assert f"{TOP_EVENTS}\nline 7: there is no column `evnt`." in done.stdout


def refusals(server: Server, files: dict[str, str]) -> list[tuple[str, str]]:
    deployment = server.deploy(files, check="true").json()["deployment"]
    return [(error["filename"], error["error"]) for error in deployment["errors"]]
