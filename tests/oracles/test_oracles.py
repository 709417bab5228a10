"""A member of one tenant learns nothing of another's rows, whatever they ask of a running render.

`make oracles` asks 10,000 times; this asks as often as a test may.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ..product import installed
from .running import asking

pytestmark = pytest.mark.slow

REQUESTS = 1_600
# It looks at everybody's rows before it looks at whose they are.
LATE = """NODE counted
SQL >
    %
    SELECT count() AS n FROM events
    PREWHERE throwIf(multiSearchAny(
        concat(event, user_id, session_id, event_id, properties),
        [{{ String(date_from, '?') }}, {{ String(date_to, '?') }}]
    )) = 0
    WHERE tenant_id = {{ String(tenant_id, required=True) }}

TYPE endpoint
"""


def test_no_question_tells_of_another_tenants_row(project: Path) -> None:
    with asking(project, seed=1) as asked:
        found = [str(oracle) for oracle in asked.oracles(REQUESTS) if oracle]

    assert found == []


@pytest.mark.nightly
def test_endpoints_that_filter_late_are_found(tmp_path: Path) -> None:
    project = installed(tmp_path / "project")
    for pipe in project.glob("tinybird/endpoints/*.pipe"):
        pipe.write_text(LATE)

    with asking(project, seed=1) as asked:
        found = [oracle for oracle in asked.oracles(REQUESTS) if oracle]

    assert {oracle.probe.kind for oracle in found} == {"parameter"}
