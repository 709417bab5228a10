"""POST /api/events over HTTP."""

from __future__ import annotations

import json

import httpx2
import pytest

from .answers import problem


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"event": "contract_\u00e9", "event_id": "shape-1"}'),
        ("application/json; charset=utf-8", '[{"event": "contract"}, {"event": "contract"}]'),
        ("application/x-ndjson", '{"event": "contract"}\n\n{"event": "\u65e5\u672c\U0001f680"}\n'),
    ],
)
def test_events_are_taken_in_three_shapes(
    client: httpx2.Client, ada: dict[str, str], content_type: str, body: str
) -> None:
    headers = {**ada, "Content-Type": content_type}

    response = client.post("/api/events", content=body.encode(), headers=headers)

    assert response.status_code == 202
    rows = 1 if "shape-1" in body else 2
    assert response.content == b'{"accepted":%d,"quarantined":0}' % rows


def test_twenty_thousand_rows_are_taken_at_once(client: httpx2.Client, ada: dict[str, str]) -> None:
    body = "\n".join(
        json.dumps({"event": "contract_bulk", "event_id": f"b{n}"}) for n in range(20_000)
    )

    response = client.post(
        "/api/events",
        content=body.encode(),
        headers={**ada, "Content-Type": "application/x-ndjson"},
    )

    assert response.json() == {"accepted": 20_000, "quarantined": 0}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The body holds no event."),
        ('[{"event": "x"}, 7]', "Row 2: it is not a JSON object."),
        ('[{"event": "x", "a": NaN}]', "Row 1: NaN is no JSON number."),
        ('{"event": "x", "event": "y"}', "Row 1: a key is given twice."),
        ('{"event": "x", "timestamp": "1066-10-14T00:00:00Z"}', "Row 1: its timestamp is not"),
    ],
)
def test_a_bad_row_is_named(
    client: httpx2.Client, ada: dict[str, str], body: str, sentence: str
) -> None:
    headers = {**ada, "Content-Type": "application/json"}

    response = client.post("/api/events", content=body.encode(), headers=headers)

    assert problem(response) == (400, "event-invalid")
    assert response.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_other_media_are_refused(
    client: httpx2.Client, ada: dict[str, str], headers: dict[str, str]
) -> None:
    response = client.post("/api/events", content=b"{}", headers={**ada, **headers})

    assert problem(response) == (415, "media-type")


@pytest.mark.parametrize("rows", [11, 17])
def test_a_body_that_is_too_large_is_refused(
    client: httpx2.Client, ada: dict[str, str], rows: int
) -> None:
    body = json.dumps([{"event": "x", "properties": "y" * 1_000_000}] * rows).encode()

    response = client.post(
        "/api/events", content=body, headers={**ada, "Content-Type": "application/json"}
    )

    assert problem(response) == (413, "body-too-large")
