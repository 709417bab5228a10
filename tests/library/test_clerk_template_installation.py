from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from roost.clerk_template.command import Stale, clerk_template
from roost.clerk_template.document import make_document
from roost.clerk_template.installation import ClerkApi, ClerkRefused, install
from roost.net.client import AsyncClient

from . import sample

DOCUMENT = make_document(sample.policy())
KEY = "p.local_5ec2e7"
Answerer = Callable[[httpx2.Request], httpx2.Response]


class Clerk:
    """Keeps what it is sent, as Clerk does, the key unseen."""

    def __init__(self, *kept: dict[str, object]) -> None:
        self.kept = list(kept)
        self.keys: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == "Bearer sk_test_local_5ec2e7"
        if request.method == "GET":
            return httpx2.Response(200, json=self.kept)
        body = json.loads(request.content)
        self.keys.append(body.pop("signing_key"))
        if request.method == "PATCH":
            assert request.url.path == "/v1/jwt_templates/jtmp_1"
            self.kept = [one for one in self.kept if one["id"] != "jtmp_1"]
        self.kept.append({"id": "jtmp_1", **body})
        return httpx2.Response(200, json=body)


def push(answer: Answerer, document: dict[str, object] = DOCUMENT) -> str:
    async def go() -> str:
        async with AsyncClient(httpx2.MockTransport(answer)) as client:
            api = ClerkApi("https://api.clerk.test", "sk_test_local_5ec2e7", client)
            return await install(api, document, KEY)

    return asyncio.run(go())


def test_a_template_is_created_once_and_then_replaced() -> None:
    clerk = Clerk({"id": "jtmp_0", "name": "other"})

    done = [push(clerk), push(clerk), push(clerk, {**DOCUMENT, "lifetime": 30})]

    assert done == ["created", "unchanged, its signing key sent again", "updated"]
    assert [one["id"] for one in clerk.kept] == ["jtmp_0", "jtmp_1"]
    assert clerk.kept[1]["lifetime"] == 30
    assert clerk.keys == [KEY, KEY, KEY]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (401, {"errors": []}, "Clerk refused CLERK_SECRET_KEY"),
        (422, {"errors": [{"code": "a", "message": KEY}, {"code": "b"}]}, "answered 422: a, b."),
        (500, None, "answered 500."),
    ],
)
def test_a_refusal_says_why_and_repeats_no_secret(status: int, body: object, sentence: str) -> None:
    with pytest.raises(ClerkRefused, match=sentence) as caught:
        push(lambda _: httpx2.Response(status, json=body))

    assert "5ec2e7" not in str(caught.value)


def test_a_clerk_that_does_not_answer_is_told() -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(ClerkRefused, match=r"does not answer at https://api.clerk.test"):
        push(fail)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a file and without settings."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_missing_or_stale_file_is_told_and_written(elsewhere: Path) -> None:
    file = elsewhere / "clerk" / "tinybird-jwt-template.json"

    with pytest.raises(Stale, match="is missing: run `uv run poe clerk-template write`"):
        clerk_template("check", sample.load_policy)
    assert clerk_template("write", sample.load_policy) == 0
    assert clerk_template("check", sample.load_policy) == 0
    file.write_text(file.read_text().replace("60", "3600"))
    with pytest.raises(Stale, match=r"is not what policy\.py says"):
        clerk_template("check", sample.load_policy)


@pytest.mark.parametrize("command", ["diff", "push"])
def test_a_stale_file_is_never_pushed(elsewhere: Path, command: str) -> None:
    with pytest.raises(Stale, match="is missing"):
        clerk_template(command, sample.load_policy)
