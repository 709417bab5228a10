"""Tinybird's answers to queries: rows, or a refusal that no row has had a part in.

A query can fail at another tenant's row, by a cast, a division, `throwIf` or the memory that it
takes, and the error may quote that row. So callers read those errors alone that are decided before
a row is read; every other failure is one and the same refusal, whatever Tinybird's status is.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from roost.errors import AppError
from roost.net.client import Answer
from roost.policy.catalog import Endpoint
from roost.tinybird.api import retry_after
from roost.tinybird.queries import Query
from roost.tinybird.results import own_result

_log = logging.getLogger(__name__)
# Decided by the token and by what is deployed.
_NOT_ASKED = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405})
# A value that the template refuses comes back in the sentence, and takes six bytes a character.
_MOST_ERROR_BYTES = 200_000

# Source: tinybird 5.0.2, sql_template.transform_type, array_type, json_type
_NO_SUCH_TYPE = (
    re.compile(r"Template Syntax Error: Error validating '(.*)' to type \w+", re.DOTALL),
    re.compile(r"Template Syntax Error: Error validating \[(.*)\]\[\d+\] \(.*\) to type \w+", re.S),
)
_NO_JSON = re.compile(r"Template Syntax Error: Error parsing JSON: '(.*)' - .*", re.DOTALL)
_JSON_SHOWN = 16
_MISSING = re.compile(
    r"Template Syntax Error: Required parameter is not defined"
    r"(\. Check the parameters [\w, ]+\. Please provide a value or set a default value in the pipe "
    r"code\.)?"
)


class Asked(NamedTuple):
    """A query, the endpoint that it goes to, and the parameters that its token fixes."""

    endpoint: Endpoint
    query: Query
    fixed: Collection[str] = ()


def read_query(answer: Answer, asked: Asked) -> bytes:
    """Return the rows of a query's answer, without what it tells of the service's work.

    Raises: AppError: `query-invalid` (400) with a sentence of the endpoint, or ours about a
    parameter; `rate-limited` (429); `tinybird-refused` (502) by token or name alone; for all else
    `unanswered` (503).
    """
    if answer.status == 200:
        return _rows(answer, asked.query)
    sentence = _sentence(answer, asked)
    if sentence is not None:
        raise AppError("query-invalid", sentence)
    if answer.status == 429:
        raise AppError("rate-limited", headers=retry_after(answer.headers))
    _log.warning("Tinybird answered a query of %s with %d", asked.endpoint.name, answer.status)
    if answer.status in _NOT_ASKED:
        raise AppError("tinybird-refused")
    raise unanswered()


def unanswered() -> AppError:
    """Return the one refusal for every query that failed while it ran, or that nobody answered."""
    return AppError(
        "tinybird-unavailable",
        "Tinybird has not answered this query: ask for less, or try again later.",
        {"Retry-After": "5"},
    )


def _rows(answer: Answer, query: Query) -> bytes:
    if query.format != "json":
        return answer.body
    try:
        return own_result(answer.body)
    except ValueError as error:
        _log.warning("Tinybird answered a query of %s with no JSON", query.endpoint)
        raise unanswered() from error


def _sentence(answer: Answer, asked: Asked) -> str | None:
    text = _error_text(answer)
    if text is None or (answer.status, text) in asked.endpoint.errors:
        return text
    if answer.status != 400:
        return None
    return _of_type(text, asked) or _of_missing(text, asked)


def _error_text(answer: Answer) -> str | None:
    if len(answer.body) > _MOST_ERROR_BYTES:
        return None
    try:
        error = json.loads(answer.body).get("error")
    except (ValueError, AttributeError, RecursionError):
        return None
    return error if isinstance(error, str) and error else None


def _of_type(text: str, asked: Asked) -> str | None:
    # Our own sentence, with nothing of the answer's in it: what it quotes must be what was sent.
    declared = asked.endpoint.parameters
    names = [
        f"{name} must be of the type {declared[name].type}"
        for name, value in asked.query.params
        if name in declared and any(value == quoted for quoted in _quoted(text, value))
    ]
    return f"{' and '.join(names)}." if names else None


def _quoted(text: str, value: str) -> Iterable[str]:
    for pattern in _NO_SUCH_TYPE:
        match = pattern.fullmatch(text)
        if match:
            yield match[1]
    match = _NO_JSON.fullmatch(text)
    shown = f"{value[:_JSON_SHOWN]}..." if len(value) > _JSON_SHOWN else value
    if match and match[1] == shown:
        yield value


def _of_missing(text: str, asked: Asked) -> str | None:
    if not _MISSING.fullmatch(text):
        return None
    given = {name for name, _ in asked.query.params} | set(asked.fixed)
    names = [
        f"{parameter.name} is required"
        for parameter in asked.endpoint.parameters.values()
        if parameter.required and parameter.name not in given
    ]
    return f"{' and '.join(names)}." if names else None
