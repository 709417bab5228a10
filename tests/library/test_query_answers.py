"""Which of Tinybird's errors a caller reads, and that all others are one."""

from __future__ import annotations

import json

import pytest
from roost.errors import AppError, encode_problem
from roost.net.client import Answer
from roost.policy.catalog import Endpoint, Parameter, parse_catalog
from roost.tinybird.queries import Query
from roost.tinybird.query_answers import Asked, read_query, unanswered

TYPES = {
    "tenant_id": "String",
    "limit": "Int32",
    "day": "Date",
    "ids": "Array(Int32)",
    "more": "JSON",
}
LISTED = "limit must be from 1 to 1000."
ENDPOINT = Endpoint(
    "orders",
    public=False,
    parameters={name: Parameter(name, type_, name == "day", "") for name, type_ in TYPES.items()},
    errors=frozenset({(400, LISTED), (422, "Not on a Sunday.")}),
)
ODD = "a'b' to type\n"
TYPE = "Template Syntax Error: Error validating '{}' to type {}"
MISSING = "Template Syntax Error: Required parameter is not defined"


def refusal(status: int, error: object, **params: str) -> AppError:
    body = json.dumps({"error": error, "documentation": "https://x"}).encode()
    return refusal_of(Answer(status, {"retry-after": "77", "x-summary": "1"}, body), **params)


def refusal_of(answer: Answer, **params: str) -> AppError:
    query = Query("orders", "json", tuple(sorted(params.items())))
    with pytest.raises(AppError) as caught:
        read_query(answer, Asked(ENDPOINT, query, ("tenant_id",)))
    return caught.value


@pytest.mark.parametrize(("status", "text"), sorted(ENDPOINT.errors))
def test_a_sentence_that_the_endpoint_lists_reaches_the_caller(status: int, text: str) -> None:
    error = refusal(status, text)

    assert (error.status, error.code, error.detail) == (400, "query-invalid", text)
    assert error.headers == {}


@pytest.mark.parametrize(
    ("text", "params", "detail"),
    [
        (TYPE.format("abc", "Int32"), {"limit": "abc"}, "limit must be of the type Int32."),
        (TYPE.format("", "Date"), {"day": ""}, "day must be of the type Date."),
        (TYPE.format(ODD, "Int32"), {"limit": ODD}, "limit must be of the type Int32."),
        (
            TYPE.format("x", "Int32"),
            {"limit": "x", "day": "x"},
            "day must be of the type Date and limit must be of the type Int32.",
        ),
        (
            "Template Syntax Error: Error validating [1,x][1] (x) to type Int32",
            {"ids": "1,x"},
            "ids must be of the type Array(Int32).",
        ),
        (
            "Template Syntax Error: Error parsing JSON: '{1: 2, 3: 4, 5: ...' - Expecting name",
            {"more": "{1: 2, 3: 4, 5: 6}"},
            "more must be of the type JSON.",
        ),
        (MISSING, {}, "day is required."),
        (
            f"{MISSING}. Check the parameters tenant_id and day. Please provide a value or set a "
            "default value in the pipe code.",
            {"limit": "1"},
            "day is required.",
        ),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named_in_a_sentence_of_our_own(
    text: str, params: dict[str, str], detail: str
) -> None:
    error = refusal(400, text, **params)

    assert (error.status, error.code, error.detail) == (400, "query-invalid", detail)


@pytest.mark.parametrize(
    "answer",
    [
        (400, "[Error] Value passed to 'throwIf' function is non-zero: while executing"),
        (
            400,
            "[Error] Cannot parse Date from String: value is too short: secret",
        ),
        (400, f"[Error] {LISTED}"),
        (400, f"{LISTED} "),
        (400, f"[Error] {LISTED}: while executing 'FUNCTION throwIf(event) :: 3'"),
        (422, LISTED),
        (400, TYPE.format("secret_of_a_neighbour", "Int32")),
        (400, TYPE.format("abc", "Int32") + ": while executing"),
        (400, "[Error] " + TYPE.format("abc", "Int32")),
        (422, TYPE.format("abc", "Int32")),
        (400, MISSING + " for secret"),
        (400, MISSING),
        (400, ""),
        (400, None),
        (400, {"secret": 1}),
        (408, "[Error] Timeout exceeded: elapsed 10.1 seconds"),
        (413, "[Error] Limit for result exceeded"),
        (422, "secret"),
        (500, "[Error] Memory limit (for query) exceeded"),
        (502, "secret"),
        (503, "secret"),
        (504, "secret"),
        (599, "secret"),
    ],
    ids=str,
)
def test_every_other_failure_is_one(answer: tuple[int, object]) -> None:
    error = refusal(*answer, limit="abc", day="2026-01-01")

    assert encode_problem(error) == encode_problem(unanswered())
    assert error.headers == unanswered().headers == {"Retry-After": "5"}


@pytest.mark.parametrize("body", [b"", b"secret", b"[1]", b"[" * 50_000, b"\xff", b"7", b'"x"' * 9])
def test_an_error_in_another_form_is_the_same_one(body: bytes) -> None:
    error = refusal_of(Answer(400, {}, body))

    assert encode_problem(error) == encode_problem(unanswered())


def test_a_result_that_breaks_off_is_the_same_one() -> None:
    error = refusal_of(Answer(200, {}, b'{"data":[{"event":"a"}\nCode: 395. DB::Exception: secret'))

    assert encode_problem(error) == encode_problem(unanswered())


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [
        (401, "tinybird-refused", {}),
        (403, "tinybird-refused", {}),
        (404, "tinybird-refused", {}),
        (429, "rate-limited", {"Retry-After": "77"}),
    ],
)
def test_what_the_token_or_the_name_decides_says_so(
    status: int, code: str, headers: dict[str, str]
) -> None:
    error = refusal(status, "secret", limit="abc")

    assert (error.code, error.headers) == (code, headers)
    assert "secret" not in error.detail


@pytest.mark.parametrize(
    ("listed", "errors"),
    [
        ("", frozenset()),
        (', "errors": []', frozenset()),
        (', "errors": null', frozenset()),
        (', "errors": [{"status": 400, "text": "No."}]', frozenset({(400, "No.")})),
    ],
)
def test_an_endpoint_lists_its_errors_or_has_none(
    listed: str, errors: frozenset[tuple[int, str]]
) -> None:
    text = f'{{"endpoints": [{{"name": "a", "public": false, "parameters": []{listed}}}]}}'

    assert parse_catalog(text)["a"].errors == errors
