"""What the document says of an owner's route, as every room's tests compare it."""

from __future__ import annotations

from typing import Any

from roost.http.openapi.document import OwnRoutes, encode_document, write_document

from . import sample
from .rooms import PRODUCT

Json = dict[str, Any]

EITHER: list[Json] = [{"session_token": []}, {"session_cookie": []}]
# What a route of the owner's asks for: its security, and its codes by status.
NOBODY: tuple[list[Json] | None, dict[str, list[str]]] = (None, {})
_TOKEN = ["token-invalid", "token-expired", "token-not-active", "token-azp", "session-pending"]
_ELSEWHERE = {"409": ["tenant-changed"], "503": ["keys-unavailable"]}
CALLER = ([*EITHER, {}], {"401": _TOKEN, **_ELSEWHERE})
SESSION = (EITHER, {"401": ["token-missing", *_TOKEN], **_ELSEWHERE})
TENANT = (
    EITHER,
    {
        "401": ["token-missing", *_TOKEN],
        "403": ["tenant-required", "access-denied"],
        **_ELSEWHERE,
    },
)
CHANGES = (EITHER, {**TENANT[1], "403": ["tenant-required", "access-denied", "origin-forbidden"]})


def products_document(root: str = "") -> bytes:
    """Return the document of an app without routes of its owner's."""
    policy, catalog = sample.policy(), sample.catalog()
    return encode_document(write_document(PRODUCT.name, policy, catalog, OwnRoutes(), root))


def asked(operation: Json) -> tuple[list[Json] | None, dict[str, list[str]]]:
    """Return an operation's security, and the codes of its refusals by status."""
    refused = {
        status: _codes(response)
        for status, response in operation["responses"].items()
        if status >= "400"
    }
    return operation.get("security"), refused


def products_part(document: Json, *own: str) -> bytes:
    """Return a document without the routes of its owner's, as it would have been sent."""
    paths = {path: item for path, item in document["paths"].items() if path not in own}
    return encode_document({**document, "paths": paths})


def operation_ids(document: Json) -> list[str]:
    """Return the id of every operation."""
    return [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    ]


def _codes(response: Json) -> list[str]:
    (body,) = response["content"].values()
    return body["schema"]["allOf"][1]["properties"]["code"]["enum"]
