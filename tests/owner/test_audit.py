"""`poe audit`, against a database that knows a vulnerability in a package of each project."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

from ..product import stack
from ..vulnerabilities import Database, running_database


def test_a_vulnerability_of_the_app_fails_and_one_of_the_devstack_is_told(work: Path) -> None:
    with running_database("standardwebhooks", "tinybird") as database:
        told = _audit(work, database)

    assert told.returncode == 1
    assert "standardwebhooks" in told.stdout
    assert "tinybird" in told.stdout


def test_the_devstack_alone_does_not_fail_it(work: Path) -> None:
    with running_database("tinybird") as database:
        told = _audit(work, database)

    assert told.returncode == 0, told.stdout
    assert "tinybird" in told.stdout


def _audit(project: Path, database: Database) -> subprocess.CompletedProcess[str]:
    # The task as it is, asking the database of this test.
    path = project / "pyproject.toml"
    assert "audit" in tomllib.loads(path.read_text())["tool"]["poe"]["tasks"]
    asked = f"audit-command --service-url {database.url}"
    path.write_text(path.read_text().replace("audit-command", asked))
    return subprocess.run(
        ["uv", "run", "--quiet", "poe", "audit"],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
