"""CSV: what headers and rows may leave out, what is refused, and what the CLI says of an import."""

import pytest

from ..tinybird_server import Server

APPEND = "/v1/datasources/events/append?format=csv"
AT = "2024-01-01 00:00:00"
BAD = f'{{"tenant_id":"csv","event":"e","timestamp":"{AT}","amount":"many"}}'


@pytest.fixture
def events(rich: Server):  # noqa: ANN201
    """The sample project's events; the rows of this file are of a tenant of their own."""
    yield rich
    with rich.client() as client:
        condition = {"delete_condition": "tenant_id = 'csv'"}
        client.post("/v0/datasources/events/delete", data=condition)


@pytest.mark.parametrize(
    "text",
    [
        f"timestamp,tenant_id,event\n{AT},csv,e\n",
        f" tenant_id, event, timestamp\ncsv,e,{AT}\n",
        f"csv,e,{AT}\n",
        f"csv,e,{AT},\n",
        f"\ntenant_id,event,timestamp,amount\ncsv,e,{AT}\n\n",
    ],
)
def test_what_a_header_or_a_row_leaves_out_is_filled(events: Server, text: str) -> None:
    with events.client() as client:
        answer = client.post(APPEND, content=text)

    assert answer.status_code == 200, answer.text
    assert events.rows("SELECT * EXCEPT timestamp FROM events WHERE tenant_id = 'csv'") == [
        {"tenant_id": "csv", "event": "e", "amount": None, "properties": "{}"}
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "tenant_id,event\ncsv,e\n",
            "The CSV's header lacks 'timestamp', which is not Nullable and has no DEFAULT.",
        ),
        (
            f"tenant_id,event,timestamp,price\ncsv,e,{AT},1\n",
            "The CSV's header names 'price', which is no column of 'events'.",
        ),
        (
            f"tenant_id,event,timestamp,event\ncsv,e,{AT},e\n",
            "The CSV's header names 'event' twice.",
        ),
        (
            f"tenant_id,event,timestamp,amount\ncsv,e,{AT},1,2\n",
            "Line 2 of the CSV is 5 wide, and there are 4 columns.",
        ),
    ],
)
def test_a_width_that_fits_no_columns_is_refused(events: Server, text: str, error: str) -> None:
    with events.client() as client:
        answer = client.post(APPEND, content=text)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert events.count("events WHERE tenant_id = 'csv'") == 0


def test_a_row_that_is_too_short_is_quarantined_and_counts_as_an_invalid_line(
    events: Server,
) -> None:
    url = "/v0/datasources?mode=append&name=events&format=csv"

    with events.client() as client:
        answer = client.post(url, content=f"csv,e,{AT}\ncsv,e\ncsv;e;t\ncsv,e,never\n").json()
        job = client.get(f"/v0/jobs/{answer['id']}").json()

    counted = {"lines": 1, "quarantine": 3, "invalid_lines": 2, "empty_lines": 0}
    assert (answer["quarantine_rows"], answer["invalid_lines"]) == (3, 2)
    assert answer["error"] == (
        "There was an error with file contents: 3 rows in quarantine and 2 invalid lines."
    )
    assert job["blocks"][0]["process_return"] == [counted]
    assert events.count("events WHERE tenant_id = 'csv'") == 1


def test_the_job_of_an_import_counts_its_rows(events: Server) -> None:
    good = BAD.replace('"many"', "1")

    with events.client() as client:
        jobs = []
        for lines in (f"{good}\n{BAD}\n{good}", BAD):
            sent = client.post("/v1/datasources/events/append?format=ndjson", content=lines)
            jobs.append(client.get(f"/v0/jobs/{sent.json()['id']}").json())

    counted = [job["blocks"][0]["process_return"][0] for job in jobs]
    assert [(one["lines"], one["quarantine"]) for one in counted] == [(2, 1), (0, 1)]
    assert [job["status"] for job in jobs] == ["done", "error"]
    assert jobs[1]["error"] == ("There was an error with file contents: 1 row in quarantine.")


def test_the_cli_says_that_every_row_was_quarantined(events: Server) -> None:
    path = events.root / "bad.csv"
    path.write_text(f"tenant_id,event,timestamp,amount\ncsv,e,{AT},many\ncsv,f,{AT},few\n")

    by_file = events.tb("datasource", "append", "events", "--file", str(path))
    by_events = events.tb("datasource", "append", "events", "--events", BAD)

    assert "2 rows in quarantine" in by_file.stdout
    assert "Rows appended" not in by_file.stdout
    assert "1 row in quarantine" in by_events.stdout
    assert by_events.returncode == 1


def test_the_cli_counts_the_rows_that_went_to_quarantine(events: Server) -> None:
    good = BAD.replace('"many"', "1")

    done = events.tb("datasource", "append", "events", "--events", f"{good}\n{BAD}")

    assert "1 row appended!" in done.stdout
    assert "1 row went to quarantine" in done.stdout
