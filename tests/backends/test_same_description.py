"""The backends that publish an OpenAPI document describe the same API."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

PUBLISHERS = ("fastapi", "litestar")
# The framework names an operation and words what it answers; these are the same.
SHARED = ("tags", "description", "parameters", "requestBody", "security")

Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents(urls: dict[str, str]) -> tuple[Document, Document]:
    """What FastAPI and Litestar publish."""
    first, second = (
        httpx2.get(f"{urls[name]}/api/openapi.json", timeout=60).json() for name in PUBLISHERS
    )
    return first, second


def test_both_describe_the_same_operations(documents: tuple[Document, Document]) -> None:
    first, second = (operations(document) for document in documents)

    assert first.keys() == second.keys()
    assert {"GET /readyz", "POST /api/events", "GET /api/analytics/top_events"} <= first.keys()


@pytest.mark.parametrize("field", SHARED)
def test_both_ask_the_same_of_a_request(documents: tuple[Document, Document], field: str) -> None:
    first, second = (
        {name: operation.get(field) for name, operation in operations(document).items()}
        for document in documents
    )

    assert first == second
    assert any(first.values())


def test_both_refuse_with_the_same_codes_and_headers(documents: tuple[Document, Document]) -> None:
    first, second = (responses(document, refused=True) for document in documents)

    assert first == second
    limited = first["POST /api/events 429"]
    assert list(limited["headers"]) == ["Retry-After"]
    assert list(limited["content"]["application/problem+json"]["examples"]) == ["rate-limited"]


def test_both_answer_with_the_same_fields(documents: tuple[Document, Document]) -> None:
    first, second = (
        {name: fields(document, answer) for name, answer in responses(document).items()}
        for document in documents
    )

    assert first == second
    assert first["POST /api/events 202"] == {"application/json": {"accepted", "quarantined"}}


def test_both_share_what_responses_refer_to(documents: tuple[Document, Document]) -> None:
    first, second = (document["components"] for document in documents)

    for kind in ("examples", "securitySchemes"):
        assert first[kind] == second[kind]
    assert first["schemas"]["Refusal"] == second["schemas"]["Refusal"]
    assert first["schemas"].keys() == second["schemas"].keys()


def operations(document: Document) -> dict[str, Document]:
    """Return every operation by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def responses(document: Document, *, refused: bool = False) -> dict[str, Document]:
    """Return the answers or the refusals of every operation, by method, path and status."""
    return {
        f"{name} {status}": response
        for name, operation in operations(document).items()
        for status, response in operation["responses"].items()
        if (status >= "400") == refused
    }


def fields(document: Document, response: Document) -> dict[str, set[str]]:
    """Return the names in a response's bodies, by media type."""
    schemas = {media: body["schema"] for media, body in response["content"].items()}
    return {media: set(resolved(document, schema)) for media, schema in schemas.items()}


def resolved(document: Document, schema: Document) -> Document:
    """Return the properties of a schema, wherever it is written down."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    return (document["components"]["schemas"][name] if name else schema).get("properties", {})
