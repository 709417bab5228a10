from __future__ import annotations

import json

import pytest
from roost.errors import ERRORS, AppError, encode_problem


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_has_a_title_of_its_status(code: str) -> None:
    problem = json.loads(encode_problem(AppError(code)))

    assert list(problem) == ["type", "title", "status", "detail", "code"]
    assert problem["title"]


def test_a_problem_reads_the_same_on_every_python() -> None:
    assert encode_problem(AppError("body-too-large")) == (
        b'{"type":"about:blank","title":"Content Too Large","status":413,'
        b'"detail":"The body is too large: send fewer events at a time.","code":"body-too-large"}'
    )
