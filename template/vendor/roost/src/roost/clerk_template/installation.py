"""The template in Clerk, through its Backend API.

Source: https://clerk.com/docs/reference/backend-api/tag/jwt-templates
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from roost.clerk_template.document import Document
from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable

_PATH = "/v1/jwt_templates"
# The most that Clerk lists at once.
_LIMIT = (("limit", "500"),)


class ClerkRefused(Exception):
    """Clerk did not do it; the sentence says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class ClerkApi:
    """Where the Backend API is, and the key that opens it."""

    url: str
    secret_key: str = field(repr=False)
    client: AsyncClient


async def installed(api: ClerkApi, name: str) -> Document | None:
    """Return what Clerk has under a name, None where it has nothing.

    Raises: ClerkRefused.
    """
    rows = await _ask(api, "GET", _PATH)
    templates = cast("list[Document]", rows if isinstance(rows, list) else [])
    return next((one for one in templates if one.get("name") == name), None)


def comparable(template: Document | None, document: Document) -> Document:
    """Return of Clerk's template what the document speaks of; the key is in neither."""
    return {name: template[name] for name in document if name in template} if template else {}


async def install(api: ClerkApi, document: Document, signing_key: str) -> str:
    """Create the template or replace it; return what was done to it.

    The key is sent each time: Clerk never shows it, so that nobody can tell whether it is the same.
    Raises: ClerkRefused.
    """
    found = await installed(api, str(document["name"]))
    body = {**document, "signing_key": signing_key}
    if found is None:
        await _ask(api, "POST", _PATH, body)
        return "created"
    await _ask(api, "PATCH", f"{_PATH}/{found['id']}", body)
    is_same = comparable(found, document) == document
    return "unchanged, its signing key sent again" if is_same else "updated"


async def _ask(
    api: ClerkApi, method: str, path: str, body: Mapping[str, object] | None = None
) -> object:
    headers = {"Authorization": f"Bearer {api.secret_key}", "Content-Type": "application/json"}
    outgoing = Outgoing(
        method,
        api.url + path,
        headers,
        params=_LIMIT if method == "GET" else (),
        content=json.dumps(body).encode() if body else b"",
    )
    try:
        answer = await api.client.exchange(outgoing)
    except Unreachable as error:
        raise ClerkRefused(f"Clerk does not answer at {api.url} ({error}).") from None
    return _content(answer)


def _content(answer: Answer) -> object:
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    if answer.status == 200:
        return content
    if answer.status in (401, 403):
        raise ClerkRefused("Clerk refused CLERK_SECRET_KEY: copy it from Clerk's page API keys.")
    raise ClerkRefused(f"Clerk answered {answer.status}{_codes(content)}.")


def _codes(content: object) -> str:
    # The codes alone: a message may repeat what was sent.
    errors = content.get("errors") if isinstance(content, dict) else None
    if not isinstance(errors, list):
        return ""
    return ": " + ", ".join(str(one.get("code")) for one in errors if isinstance(one, dict))
