"""What an app answers to the events of the proof."""

from __future__ import annotations

import httpx2
import pytest
from devstack.proof.claims import Body
from devstack.proof.forgeries import AppUnusable, EventSender

BODY = Body("application/x-ndjson", '{"tenant_id":"acme"}')


def sender(answer: httpx2.Response, seen: list[httpx2.Request]) -> EventSender:
    def answered(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer

    transport = httpx2.MockTransport(answered)
    app = httpx2.Client(base_url="http://127.0.0.1:1", transport=transport)
    return EventSender(app, lambda: "a-session")


def test_a_body_is_sent_as_it_is_in_the_senders_session_and_its_rows_are_counted() -> None:
    seen: list[httpx2.Request] = []
    one = sender(httpx2.Response(202, json={"accepted": 2, "quarantined": 1}), seen)

    one.send(BODY)
    one.send(BODY)

    assert one.accepted == 4
    assert seen[0].url == "http://127.0.0.1:1/api/events"
    assert seen[0].content == b'{"tenant_id":"acme"}'
    assert seen[0].headers["Authorization"] == "Bearer a-session"
    assert seen[0].headers["Content-Type"] == "application/x-ndjson"


def test_a_body_that_the_app_refuses_counts_for_nothing() -> None:
    one = sender(httpx2.Response(400, json={"detail": "row 1"}), [])

    one.send(BODY)

    assert one.accepted == 0


@pytest.mark.parametrize("status", [404, 401, 503])
def test_an_app_that_does_neither_ends_the_proof_with_its_answer(status: int) -> None:
    with pytest.raises(AppUnusable) as raised:
        sender(httpx2.Response(status, text="why"), []).send(BODY)

    assert str(raised.value) == (
        f"The app answered POST /api/events with {status}, neither 202 nor 400: why"
    )
