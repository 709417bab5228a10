"""A WSGI app behind an ASGI server: what it is given, and who waits for whom."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
from roost.errors import AppError
from roost.http import asgi, wsgi
from roost.http.asgi import Message
from roost.http.threads import HeadCheck, InThreads
from roost.http.workers import Workers
from roost.http.wsgi import Environ, StartResponse
from roost.settings import Settings

HOST, LENGTH = (b"host", b"app.example.com"), (b"content-length", b"3")
Headers = Iterable[tuple[bytes, bytes]]


def echo(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with what a request was."""
    body = environ["wsgi.input"].read()
    known = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Length", str(len(body) + len(json.dumps(known))))])
    return [body, json.dumps(known).encode()]


async def ask(
    app: asgi.App, chunks: Iterable[bytes] = (b"",), headers: Headers = (HOST,), **scope: object
) -> list[Message]:
    """Send one request; a chunk that is empty never comes, unless it is the last."""
    incoming, sent = list(chunks), []

    async def receive() -> Message:
        body = incoming.pop(0)
        if not body and incoming:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body, "more_body": bool(incoming)}

    async def send(message: Message) -> None:
        sent.append(message)

    request = {
        "type": "http",
        "method": "POST",
        "path": "/api/events",
        "query_string": b"",
        "headers": list(headers),
        "http_version": "1.1",
        "scheme": "http",
        "client": ("192.0.2.1", 5),
        "server": ("127.0.0.1", 80),
        **scope,
    }
    await app(request, receive, send)
    return sent


def served(
    app: wsgi.App, settings: Settings, checks: Mapping[str, HeadCheck] | None = None
) -> asgi.Shell:
    return asgi.Shell(InThreads(app, checks or {}), settings)


def code(sent: list[Message]) -> tuple[int, str]:
    return sent[0]["status"], json.loads(sent[1]["body"])["code"]


def test_a_request_is_what_wsgi_says_it_is(settings: Settings) -> None:
    headers = [HOST, (b"content-length", b"5"), (b"x-own", b"1"), (b"x_own", b"2")]
    app = served(echo, settings)

    sent = asyncio.run(
        ask(
            app,
            [b"ab", b"cde"],
            headers,
            path="/a/é",
            root_path="/a",
            query_string="é=1".encode(),
        )
    )

    assert sent[0]["status"] == 200
    body = sent[1]["body"]
    known = json.loads(body.removeprefix(b"abcde"))
    assert known["PATH_INFO"] == "/é".encode().decode("latin-1")
    assert known["SCRIPT_NAME"] == "/a"
    assert known["QUERY_STRING"] == "é=1".encode().decode("latin-1")
    assert known["CONTENT_LENGTH"] == "5"
    assert known["HTTP_X_OWN"] == "1"
    assert known["REMOTE_ADDR"] == "192.0.2.1"


def test_head_is_get_without_a_body(settings: Settings) -> None:
    sent = asyncio.run(ask(served(echo, settings), method="HEAD"))

    assert (sent[0]["status"], sent[1]["body"]) == (200, b"")


def test_a_body_of_unknown_length_ends_by_itself(settings: Settings) -> None:
    headers = [HOST, (b"transfer-encoding", b"chunked")]

    sent = asyncio.run(ask(served(echo, settings), [b"ab", b"c", b""], headers))

    assert sent[1]["body"].startswith(b"abc{")


def test_a_failure_tells_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        raise RuntimeError("5ec2e7")

    sent = asyncio.run(ask(served(broken, settings)))

    assert code(sent) == (500, "internal")
    assert "RuntimeError at" in caplog.text
    assert "5ec2e7" not in caplog.text


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, StopIteration, GeneratorExit])
def test_nothing_that_a_view_raises_ends_the_event_loop(
    settings: Settings, error: type[BaseException]
) -> None:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        raise error

    async def scenario() -> tuple[int, str]:
        shell = served(app, settings)
        await asyncio.wait_for(ask(shell), 5)
        return code(await asyncio.wait_for(ask(shell), 5))

    assert asyncio.run(scenario()) == (500, "internal")


def test_an_answer_in_pieces_goes_out_piece_by_piece_and_is_closed(settings: Settings) -> None:
    closed: list[bool] = []

    class Pieces:
        """What a framework gives back for an answer that it makes as it goes."""

        def __iter__(self) -> Iterator[bytes]:
            yield from (b"a", b"b", b"c")

        def close(self) -> None:
            closed.append(True)

    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Pieces()

    sent = asyncio.run(ask(served(app, settings)))

    assert [message.get("body") for message in sent] == [None, b"a", b"b", b"c", b""]
    assert [message.get("more_body") for message in sent[1:]] == [True, True, True, False]
    assert closed == [True]


def test_an_app_may_begin_its_answer_late_and_write_it(settings: Settings) -> None:
    def app(_: Environ, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("201 Created", [("Content-Length", "2")])
        write(b"a")
        yield b"b"

    sent = asyncio.run(ask(served(app, settings)))

    assert (sent[0]["status"], sent[1]["body"]) == (201, b"ab")


def test_who_may_not_be_is_refused_before_the_body(settings: Settings) -> None:
    def refuse(header: Callable[[str], str | None]) -> None:
        assert header("X-Own") == "1"
        raise AppError("signature-invalid")

    app = served(echo, settings, {"/webhooks/clerk": refuse})
    headers = [HOST, LENGTH, (b"x-own", b"1"), (b"expect", b"100-continue")]

    sent = asyncio.run(ask(app, [b"", b"abc"], headers, path="/webhooks/clerk"))

    assert code(sent) == (400, "signature-invalid")


def test_slow_bodies_hold_no_thread_that_works(settings: Settings) -> None:
    asked = threading.Semaphore(0)

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        asked.release()
        return echo(environ, start_response)

    async def scenario() -> int:
        shell = served(app, settings)
        slow = [
            asyncio.create_task(ask(shell, [b"a", b"", b"b"], (HOST, LENGTH))) for _ in range(150)
        ]
        for _ in slow:
            await asyncio.to_thread(asked.acquire)
        sent = await asyncio.wait_for(ask(shell, method="GET", path="/api/me"), 5)
        for task in slow:
            task.cancel()
        return sent[0]["status"]

    assert asyncio.run(scenario()) == 200


def test_more_threads_than_may_wait_are_told_to_come_again() -> None:
    async def scenario() -> None:
        workers, waiting, over = Workers(1, 1), threading.Event(), threading.Event()

        def wait() -> None:
            with workers.waiting():
                waiting.set()
                over.wait(30)

        first = asyncio.create_task(workers.run(wait))
        await asyncio.to_thread(waiting.wait, 30)
        assert await workers.run(lambda: 7) == 7
        with pytest.raises(AppError, match="overloaded"):
            await workers.run(wait)
        over.set()
        await first

    asyncio.run(scenario())


def test_no_more_threads_work_than_may() -> None:
    async def scenario() -> int:
        workers, lock, at_once, most = Workers(3, 10), threading.Lock(), 0, 0
        together = threading.Barrier(10)

        def work() -> None:
            nonlocal at_once, most
            with workers.waiting():
                # All of them wait at once, and all are let go at once.
                together.wait(30)
            with lock:
                at_once += 1
                most = max(most, at_once)
            threading.Event().wait(0.01)
            with lock:
                at_once -= 1

        await asyncio.gather(*(workers.run(work) for _ in range(10)))
        return most

    assert asyncio.run(scenario()) <= 3
