"""How a route of your own declares what it refuses; core/openapi/ describes the product's."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi import ResponseSpec
from roost.errors import ERRORS, PROBLEM_TYPE, TITLES


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was refused; `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def refusals(*codes: str) -> dict[int, ResponseSpec]:
    """Declare refusals by their codes, such as those of `core.openapi.refusals.TENANT`."""
    return {
        status: ResponseSpec(
            Refusal,
            generate_examples=False,
            description=TITLES[status],
            media_type=PROBLEM_TYPE,
        )
        for status in sorted({ERRORS[code][0] for code in codes})
    }
