"""`lint PATH` and `prove PATH` of projects that call their tenant something else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from devstack.naming import NameInvalid, Naming, translated

from .proof.datafiles import written

ACCOUNTS = Naming("account_id", "account")
EVENTS = """SCHEMA >
    `account_id` String `json:$.account_id`,
    `tenant_id` String `json:$.tenant_id`,
    `event` String `json:$.event`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "account_id, event"
"""
SOUND = """NODE counted
SQL >
    %
    SELECT event, count() AS hits FROM events
    PREWHERE account_id = {{ String(account, required=True) }}
    GROUP BY event ORDER BY event

TYPE endpoint
"""
LEAKING = SOUND.replace("required=True", "'all'").replace(
    "PREWHERE account_id =", "WHERE 1 OR account_id ="
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(
        tmp_path / "theirs",
        {
            "tinybird/events.datasource": EVENTS,
            "tinybird/sound.pipe": SOUND,
            "tinybird/leaking.pipe": LEAKING,
        },
    )


def devstack(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "devstack", *words]
    return subprocess.run(command, cwd=here, capture_output=True, text=True)


def test_a_datafile_is_read_by_the_usual_names_and_told_by_its_own() -> None:
    text = "SELECT account_id, tenant_id, account FROM t WHERE account_id = {{ String(account) }}"

    usual = ACCOUNTS.translated(text + " {{ column('account_id') }} account_ids")

    assert usual == (
        "SELECT tenant_id, tenant_id_of_theirs, account FROM t WHERE tenant_id = "
        "{{ String(tenant_id) }} {{ column('tenant_id') }} account_ids"
    )
    assert ACCOUNTS.told("the sorting key of t does not start with tenant_id") == (
        "the sorting key of t does not start with account_id"
    )
    assert ACCOUNTS.told("filter by tenant_id = {{ String(tenant_id, required=True) }}") == (
        "filter by account_id = {{ String(account, required=True) }}"
    )
    assert ACCOUNTS.told("defined(tenant_id) lets it out", of_parameter=True) == (
        "defined(account) lets it out"
    )


def test_the_parameter_alone_may_have_the_usual_name() -> None:
    naming = Naming("org", "tenant_id")

    assert naming.translated("WHERE org = {{ String(tenant_id) }}") == (
        "WHERE tenant_id = {{ String(tenant_id) }}"
    )
    assert naming.told("tenant_id = {{ String(tenant_id) }}") == "org = {{ String(tenant_id) }}"


def test_the_lint_of_another_folder_says_lines_and_names_as_they_are_there(
    folder: Path, tmp_path: Path
) -> None:
    options = ("--tenant-column", "account_id", "--tenant-parameter", "account")

    done = devstack(tmp_path, "lint", "theirs", *options)

    assert done.returncode == 1, done.stderr
    found = [line.split(" ")[:2] for line in done.stdout.splitlines() if "warning:" not in line]
    assert ["tinybird/leaking.pipe:1", "TENANT02"] in found
    assert ["tinybird/leaking.pipe:5", "TENANT03"] in found
    assert not [place for place, _ in found if "sound" in place or "events" in place]
    assert "account has a default: write {{ String(account, required=True) }}." in done.stdout
    assert "tenant_id" not in done.stdout


def test_the_proof_of_another_folder_shows_the_leak_in_its_own_names(
    folder: Path, tmp_path: Path
) -> None:
    before = sorted(folder.rglob("*"))
    options = ("--tenant-column", "account_id", "--tenant-parameter", "account")

    leaking = devstack(tmp_path, "prove", "theirs", *options, "--examples", "1", "--seed", "one")

    assert leaking.returncode == 1, leaking.stderr
    assert leaking.stdout.startswith("Other tenants' rows change answers."), leaking.stderr
    assert "endpoint    leaking" in leaking.stdout
    assert "endpoint    sound" not in leaking.stdout
    assert '"account_id": ' in leaking.stdout
    assert sorted(folder.rglob("*")) == before


def test_names_that_cannot_be_are_refused(folder: Path, tmp_path: Path) -> None:
    odd = devstack(tmp_path, "lint", "theirs", "--tenant-column", "a b")
    nothing = devstack(tmp_path, "lint", str(folder.parent / "nowhere"))

    assert (odd.returncode, nothing.returncode) == (1, 1)
    assert "'a b' is no name of a column or parameter." in odd.stderr
    assert "No .pipe and no .datasource file in" in nothing.stderr
    with (
        pytest.raises(NameInvalid, match=r"events\.datasource is called as the column events is"),
        translated(folder, Naming("events", "account")),
    ):
        pass
