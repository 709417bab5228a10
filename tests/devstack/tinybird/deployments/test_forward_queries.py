"""FORWARD_QUERY, where a materialization feeds the datasource and where it stays in the file.

Source: https://www.tinybird.co/docs/forward/test-and-deploy/evolve-data-source
"""

from ..tinybird_server import Server

EVENTS = "datasources/events.datasource"
DAILY = "datasources/events_daily.datasource"
PLAIN = ("`event` LowCardinality(String)", "`event` String")
FORWARD = "\n\nFORWARD_QUERY >\n    SELECT * EXCEPT (event), CAST(event, 'String') AS event\n"
HITS = "SELECT event, countMerge(hits) AS n FROM events_daily GROUP BY event ORDER BY event"


def test_a_fed_datasource_keeps_what_its_source_has_forgotten(fresh: Server) -> None:
    before = fresh.rows(HITS)
    with fresh.client() as client:
        client.post("/v0/datasources/events/truncate").raise_for_status()
    changed = {DAILY: _text(fresh, DAILY).replace(*PLAIN) + FORWARD}

    checked = fresh.deploy(changed, check="true").json()
    fresh.deploy(changed, auto_promote="true")

    assert checked["deployment"]["data_movements"] == [
        {
            "datasource_name": "events_daily",
            "kind": "backfill_with_forward_query",
            "source_mv_name": None,
        }
    ]
    assert fresh.rows(HITS) == before == [{"event": "buy", "n": 1}, {"event": "login", "n": 2}]


def test_a_fed_datasource_without_one_is_filled_anew(fresh: Server) -> None:
    with fresh.client() as client:
        client.post("/v0/datasources/events/truncate").raise_for_status()

    fresh.deploy({DAILY: _text(fresh, DAILY).replace(*PLAIN)}, auto_promote="true")

    assert fresh.rows(HITS) == []


def test_a_materialization_that_changes_alone_fills_its_target_anew(fresh: Server) -> None:
    kept = {DAILY: _text(fresh, DAILY) + FORWARD}
    fresh.deploy(kept, auto_promote="true")
    (rollup,) = (fresh.project / "materializations").glob("*.pipe")
    only = {
        f"materializations/{rollup.name}": rollup.read_text().replace(
            "FROM events", "FROM events WHERE event = 'buy'"
        )
    }

    fresh.deploy(kept | only, auto_promote="true")

    assert fresh.rows(HITS) == [{"event": "buy", "n": 1}]


def test_a_column_that_a_materialization_fills_is_not_left_empty(fresh: Server) -> None:
    (rollup,) = (fresh.project / "materializations").glob("*.pipe")
    counted = rollup.read_text().replace("countState() AS hits", "countState() AS hits, 1 AS seen")
    wider = _text(fresh, DAILY).replace("`hits`", "`seen` UInt8,\n    `hits`") + FORWARD

    done = fresh.deploy({DAILY: wider, f"materializations/{rollup.name}": counted}).json()

    assert done["deployment"]["errors"][0]["error"] == (
        "The FORWARD_QUERY of 'events_daily' gives no seen. "
        "Add it, or remove the FORWARD_QUERY to have the table filled anew."
    )


def test_one_that_stays_says_nothing_of_a_column_that_it_does_not_name(fresh: Server) -> None:
    own = _text(fresh, EVENTS) + FORWARD
    fresh.deploy({EVENTS: own}, auto_promote="true")

    done = fresh.deploy(
        {EVENTS: own.replace("`timestamp` DateTime64(3, 'UTC')", "`timestamp` Date")}
    )

    assert done.json()["deployment"]["errors"][0]["error"] == (
        "The schema changes (column 'timestamp' changes from DateTime64(3, 'UTC') to Date) and the "
        "datasource has rows. Add a FORWARD_QUERY that says how the rows are kept."
    )


def _text(server: Server, name: str) -> str:
    return (server.project / name).read_text()
