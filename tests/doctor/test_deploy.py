"""`poe deploy`: what would break the app is stopped; what goes through is examined."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx2

from ..product import stack
from .conftest import poe


def test_a_deployment_is_checked_made_and_examined(
    project: Path, cloud: stack.Stack, datafiles: Path
) -> None:
    totals = datafiles / "endpoints" / "totals.pipe"
    totals.write_text(totals.read_text().replace("FROM all_counts", "FROM all_counts -- new"))

    checked = _deploy(project, cloud, "--check")
    before = _deployed(cloud)
    deployed = _deploy(project, cloud)

    assert checked.returncode == 0, checked.stdout
    assert "-- new" not in before
    assert deployed.returncode == 0, deployed.stdout
    assert "is live!" in deployed.stdout
    assert "✓ canary" in deployed.stdout
    assert "-- new" in _deployed(cloud)


def test_a_removed_endpoint_that_is_still_granted_stops_a_deployment(
    project: Path, cloud: stack.Stack, datafiles: Path
) -> None:
    (datafiles / "endpoints" / "totals.pipe").unlink()
    (datafiles / "tests" / "totals.yaml").unlink()

    behind = _deploy(project, cloud)
    poe(project, cloud, "endpoints")
    granted = _deploy(project, cloud)

    assert behind.returncode == granted.returncode == 1
    assert "endpoints.json is not what tinybird/ has" in behind.stdout
    assert "GRANTS names totals, which tinybird/ does not have as an endpoint." in granted.stdout
    assert granted.stdout.endswith("Nothing was deployed.\n")
    assert _deployed(cloud)


def test_a_schema_that_loses_rows_stops_a_deployment(
    project: Path, cloud: stack.Stack, datafiles: Path
) -> None:
    events = datafiles / "datasources" / "events.datasource"
    text = events.read_text()
    assert "`properties` String" in text
    events.write_text(text.replace("`properties` String", "`properties` UInt64"))

    refused = _deploy(project, cloud)

    assert refused.returncode == 1
    assert "Tinybird refused `tb --cloud deploy --check`" in refused.stdout
    assert refused.stdout.endswith("Nothing was deployed.\n")


def test_without_a_token_nothing_is_tried(project: Path, cloud: stack.Stack) -> None:
    for task in (["deploy"], ["tb-cloud", "token", "ls"]):
        refused = poe(project, cloud, *task)

        assert refused.returncode == 1
        assert refused.stdout.startswith("TB_TOKEN is not set")


def _deploy(project: Path, cloud: stack.Stack, *options: str) -> subprocess.CompletedProcess[str]:
    return poe(project, cloud, "deploy", *options, TB_TOKEN=cloud.env["TINYBIRD_ADMIN_TOKEN"])


def _deployed(cloud: stack.Stack) -> str:
    url = f"{cloud.env['TINYBIRD_API_URL']}/v0/pipes/totals"
    headers = {"Authorization": f"Bearer {cloud.env['TINYBIRD_ADMIN_TOKEN']}"}
    return httpx2.get(url, headers=headers, timeout=60).raise_for_status().text
