"""The SQL of `docs/operations.md`, asked of a Tinybird that has been read and written."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from ..product import stack
from ..rendering import REPOSITORY

_PAGE = (REPOSITORY / "template" / "docs" / "operations.md").read_text()
STATEMENTS = [
    statement.strip()
    for block in re.findall(r"```sql\n(.*?)```", _PAGE, re.S)
    for statement in block.split(";")
    if statement.strip()
]


@pytest.mark.parametrize(
    "statement", STATEMENTS, ids=lambda text: text.split("FROM ")[1].split()[0]
)
def test_a_statement_of_the_page_is_answered_with_rows(
    cloud: stack.Stack, project: Path, statement: str
) -> None:
    headers = {"Authorization": f"Bearer {cloud.env['TINYBIRD_ADMIN_TOKEN']}"}
    with httpx2.Client(
        base_url=cloud.env["TINYBIRD_API_URL"], headers=headers, timeout=60
    ) as tinybird:
        tinybird.get("/v0/pipes/event_types.json").raise_for_status()
        tinybird.post("/v0/events", params={"name": "events", "wait": "true"}, content=b'{"x": 1}')
        answer = tinybird.get("/v0/sql", params={"q": f"{statement} FORMAT JSON"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]
