"""AGENTS.md: its recipe for an endpoint is followed as it stands."""

from __future__ import annotations

import re
import subprocess
import textwrap
from pathlib import Path

from ..product import stack


def test_the_recipe_for_an_endpoint_ends_with_a_clean_lint(work: Path) -> None:
    page = (work / "AGENTS.md").read_text()
    blocks = re.findall(r"   ```(?:sql|yaml)\n(.*?)   ```", page, re.DOTALL)
    pipe, cases = (textwrap.dedent(block) for block in blocks)
    policy = work / "src" / "acme_analytics" / "policy.py"

    # The other endpoints' cases are run elsewhere.
    for other in (work / "tinybird" / "tests").iterdir():
        other.unlink()
    (work / "tinybird" / "endpoints" / "daily_events.pipe").write_text(pipe)
    (work / "tinybird" / "tests" / "daily_events.yaml").write_text(cases)
    _poe(work, "endpoints")
    ungranted = _poe(work, "lint")
    policy.write_text(
        policy.read_text().replace("GRANTS = (\n", 'GRANTS = (\n    Grant("daily_events"),\n')
    )
    granted = _poe(work, "lint")

    assert ungranted.returncode == 1
    assert "POLICY03" in ungranted.stdout
    assert granted.returncode == 0, granted.stdout
    assert '"daily_events"' in (work / "src/acme_analytics/endpoints.json").read_text()
    tested = subprocess.run(
        ["uv", "run", "--quiet", "pytest", "-q", "-k", "every_case", "tests/test_data_project.py"],
        cwd=work,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tested.returncode == 0, tested.stdout


def _poe(project: Path, task: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["uv", "run", "--quiet", "poe", "--quiet", task],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
