"""Datasources, static tokens, the policy, exceptions, and the lint as a command."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import devstack.lint
from devstack.lint.findings import RULES
from devstack.lint.linter import lint
from devstack.lint.policy import Mention, Policy

from .small_project import DAILY, EVENTS, HITS, endpoint, linted

STARTERS = Path(__file__).parents[3] / "tinybird"
SHARED = """SCHEMA >
    `label` String `json:$.label`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "label"
"""
LABELS = endpoint("SELECT label FROM labels", head='TOKEN "app_public" READ\n\n')
UNDECLARED = (
    "tinybird/datasources/labels.datasource:{} TENANT09 labels has no tenant_id: add `tenant_id`"
    " String and put it first in ENGINE_SORTING_KEY, or declare above SCHEMA why all tenants share"
    " it."
)
REASON = "# roost: allow TENANT09 Labels are the product's own.\n"


def test_the_starters_are_clean() -> None:
    found = {
        folder.name: [*lint(STARTERS, folder, None, strict=True)]
        for folder in STARTERS.iterdir()
        if folder.is_dir()
    }

    assert found == {"empty": [], "product_analytics": []}


def test_a_sorting_key_that_does_not_start_with_the_tenant_is_found(tmp_path: Path) -> None:
    events = EVENTS.replace('"tenant_id, timestamp"', '"timestamp, tenant_id"')

    assert linted(tmp_path, {"datasources/events.datasource": events}) == [
        "tinybird/datasources/events.datasource:8 TENANT04 The sorting key of events does not start"
        " with tenant_id: put it first."
    ]


def test_a_sorting_key_with_a_converted_tenant_is_found(tmp_path: Path) -> None:
    daily = DAILY.replace('"tenant_id, day"', '"lower(tenant_id), tenant_id, day"')

    assert linted(tmp_path, {"datasources/daily.datasource": daily}) == [
        "tinybird/datasources/daily.datasource:7 TENANT04 The sorting key of daily does not start"
        " with tenant_id: put it first."
    ]


def test_a_static_token_on_a_tenant_table_is_found(tmp_path: Path) -> None:
    events = f'TOKEN "app_ingest" APPEND\nTOKEN "app_public" READ\n\n{EVENTS}'

    assert linted(tmp_path, {"datasources/events.datasource": events}) == [
        "tinybird/datasources/events.datasource:2 TENANT08 The static token app_public reads all"
        " tenants' rows of events: remove the line, and read through an endpoint with a minted"
        " token."
    ]


def test_a_static_token_on_an_endpoint_that_reads_tenants_through_a_pipe_is_found(
    tmp_path: Path,
) -> None:
    pipe = endpoint("SELECT sum(hits) FROM hits", head='TOKEN "app_public" READ\n\n')

    assert linted(tmp_path, {"endpoints/total.pipe": pipe}) == [
        "tinybird/endpoints/total.pipe:1 TENANT08 The static token app_public reads tenant data"
        " through total, for any tenant_id: remove the line, and grant the endpoint in the policy."
    ]


def test_a_datasource_that_is_not_declared_shared_is_found(tmp_path: Path) -> None:
    assert linted(tmp_path, {"datasources/labels.datasource": SHARED}) == [UNDECLARED.format(1)]


def test_a_declared_datasource_and_its_static_token_are_clean(tmp_path: Path) -> None:
    changes = {"datasources/labels.datasource": REASON + SHARED, "endpoints/labelled.pipe": LABELS}

    assert linted(tmp_path, changes) == []


def test_an_exception_without_a_reason_excuses_nothing(tmp_path: Path) -> None:
    text = "# roost: allow TENANT09\n" + SHARED

    assert linted(tmp_path, {"datasources/labels.datasource": text}) == [
        "tinybird/datasources/labels.datasource:1 LINT01 The exception from TENANT09 gives no"
        " reason: say why in the same line.",
        UNDECLARED.format(2),
    ]


def test_an_exception_from_no_rule_is_found(tmp_path: Path) -> None:
    text = "# roost: allow TENANT99 because\n# roost: shared\n" + REASON + SHARED
    sentence = (
        "LINT01 This is no exception: write `# roost: allow RULE-ID reason` with a rule of the"
        " lint's table."
    )

    assert linted(tmp_path, {"datasources/labels.datasource": text}) == [
        f"tinybird/datasources/labels.datasource:1 {sentence}",
        f"tinybird/datasources/labels.datasource:2 {sentence}",
    ]


def test_an_exception_that_excuses_nothing_is_found(tmp_path: Path) -> None:
    text = "# roost: allow TENANT01 Once it read all.\n" + HITS

    assert linted(tmp_path, {"endpoints/hits.pipe": text}) == [
        "tinybird/endpoints/hits.pipe:1 LINT02 Nothing directly below breaks TENANT01: remove the"
        " exception."
    ]


def test_an_exception_above_a_node_excuses_that_node_alone(tmp_path: Path) -> None:
    pipe = """NODE first
SQL >
    SELECT count() AS n FROM events

# roost: allow TENANT01 It's the size of the whole product, a number for its owner.
NODE second
SQL >
    SELECT count() AS n FROM events

TYPE endpoint
"""

    found = linted(tmp_path, {"endpoints/hits.pipe": pipe})

    assert [line.split(" reads ")[0] for line in found] == [
        "tinybird/endpoints/hits.pipe:1 TENANT01 first"
    ]


def test_exceptions_from_a_static_token_a_key_and_a_parameter(tmp_path: Path) -> None:
    events = EVENTS.replace('"tenant_id, timestamp"', '"timestamp"').replace(
        "ENGINE_SORTING_KEY", "# roost: allow TENANT04 Read by time alone.\nENGINE_SORTING_KEY"
    )
    hits = HITS.replace("required=True", "required=True, default='none'")
    changes = {
        "datasources/events.datasource": '# roost: allow TENANT08 For a partner.\nTOKEN "p" READ\n'
        + events,
        "endpoints/hits.pipe": "# roost: allow TENANT03 No tenant is called none.\n" + hits,
    }

    assert linted(tmp_path, changes) == []


def test_a_node_that_clickhouse_cannot_read_is_found(tmp_path: Path) -> None:
    pipe = endpoint("SELECT nothing FROM events WHERE tenant_id = TENANT")

    (found,) = linted(tmp_path, {"endpoints/hits.pipe": pipe})

    assert found.startswith(
        "tinybird/endpoints/hits.pipe:1 LINT03 ClickHouse cannot read counted: Unknown expression"
    )


def test_a_datafile_that_is_none_is_found(tmp_path: Path) -> None:
    (found,) = linted(tmp_path, {"endpoints/hits.pipe": "NODE a\nNONSENSE\n"})

    assert found == (
        "tinybird/endpoints/hits.pipe:2 LINT03 NONSENSE is not a valid option in pipe files."
    )


def test_a_policy_that_fits_is_clean(tmp_path: Path) -> None:
    assert linted(tmp_path, policy=_policy(tmp_path, Mention("hits", 1))) == []


def test_a_grant_of_a_missing_endpoint_is_found(tmp_path: Path) -> None:
    policy = _policy(tmp_path, Mention("hits", 1), Mention("hitz", 2))

    assert linted(tmp_path, policy=policy) == [
        "src/acme/policy.py:2 POLICY01 There is no endpoint hitz: correct its name, or remove it."
    ]


def test_a_grant_that_fixes_what_its_endpoint_does_not_take_is_found(tmp_path: Path) -> None:
    changes = {"datasources/labels.datasource": REASON + SHARED, "endpoints/labelled.pipe": LABELS}
    policy = _policy(tmp_path, Mention("hits", 1, ("user_id",)), Mention("labelled", 2))

    assert linted(tmp_path, changes, policy) == [
        "src/acme/policy.py:1 POLICY02 hits does not take user_id, which its grant fixes: filter by"
        " it in the pipe, or fix what the pipe takes.",
        "src/acme/policy.py:2 POLICY02 labelled does not take tenant_id, which its grant fixes:"
        " filter by it in the pipe, or fix what the pipe takes.",
    ]


def test_an_endpoint_without_a_grant_is_found(tmp_path: Path) -> None:
    assert linted(tmp_path, policy=_policy(tmp_path)) == [
        "tinybird/endpoints/hits.pipe:9 POLICY03 Nobody may read hits: grant it in"
        " src/acme/policy.py, or name it in PUBLIC_ENDPOINTS if it holds nothing about tenants."
    ]


def test_what_guests_may_read_needs_no_grant_and_takes_a_tenant(tmp_path: Path) -> None:
    changes = {"datasources/labels.datasource": REASON + SHARED, "endpoints/labelled.pipe": LABELS}
    guests = (Mention("hits", 7), Mention("hitz", 8), Mention("labelled", 9))

    assert linted(tmp_path, changes, replace(_policy(tmp_path), guests=guests)) == [
        "src/acme/policy.py:8 POLICY01 There is no endpoint hitz: correct its name, or remove it.",
        "src/acme/policy.py:9 POLICY02 labelled does not take tenant_id, which its grant fixes:"
        " filter by it in the pipe, or fix what the pipe takes.",
    ]


def test_an_endpoint_without_a_grant_can_be_declared(tmp_path: Path) -> None:
    pipe = HITS.replace("TYPE", "# roost: allow POLICY03 The nightly report alone reads it.\nTYPE")

    assert linted(tmp_path, {"endpoints/hits.pipe": pipe}, _policy(tmp_path)) == []


def test_the_command_prints_findings_and_ends_with_1_or_prints_nothing(tmp_path: Path) -> None:
    linted(tmp_path)
    listing = {"file": "policy.py", "grants": [], "public": []}
    _write_project(tmp_path, listing)

    broken = _run_lint(tmp_path)
    listing["grants"] = [{"endpoint": "hits", "fixed": [], "line": 1}]
    _write_project(tmp_path, listing)
    clean = _run_lint(tmp_path)

    assert (broken.returncode, broken.stdout) == (
        1,
        "tinybird/endpoints/hits.pipe:9 POLICY03 Nobody may read hits: grant it in policy.py, or"
        " name it in PUBLIC_ENDPOINTS if it holds nothing about tenants.\n",
    )
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "", "")


def test_a_warning_fails_the_command_in_a_strict_project_alone(tmp_path: Path) -> None:
    linted(tmp_path, {"endpoints/hits.pipe": HITS.replace("PREWHERE", "WHERE")})
    grants = [{"endpoint": "hits", "fixed": [], "line": 1}]
    _write_project(tmp_path, {"file": "policy.py", "grants": grants, "public": []})

    usual = _run_lint(tmp_path)
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write("\n[tool.devstack.lint]\nstrict = true\n")
    strict = _run_lint(tmp_path)

    place = "tinybird/endpoints/hits.pipe:1 TENANT15"
    assert (usual.returncode, usual.stdout.partition("counted")[0]) == (0, f"{place} warning: ")
    assert (strict.returncode, strict.stdout.partition("counted")[0]) == (1, f"{place} ")


def test_a_strictness_that_is_neither_true_nor_false_is_refused(tmp_path: Path) -> None:
    linted(tmp_path)
    _write_project(tmp_path, {})
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('\n[tool.devstack.lint]\nstrict = "yes"\n')

    done = _run_lint(tmp_path)

    assert done.returncode == 1
    assert "strict of [tool.devstack.lint] in pyproject.toml is true or false." in done.stderr


def test_a_policy_command_that_fails_is_named(tmp_path: Path) -> None:
    linted(tmp_path)
    _write_project(tmp_path, {})

    done = _run_lint(tmp_path)

    assert done.returncode == 1
    assert "printed no policy: KeyError('grants')" in done.stderr


def test_the_readme_lists_every_rule() -> None:
    readme = (Path(devstack.lint.__file__).parent / "README.md").read_text()

    rows = [line.split("|")[1:3] for line in readme.splitlines() if line.startswith("| `")]
    assert {rule.strip(" `"): text.strip() for rule, text in rows} == RULES


def _policy(root: Path, *grants: Mention) -> Policy:
    file = root / "src" / "acme" / "policy.py"
    file.parent.mkdir(parents=True)
    file.write_text("GRANTS = ()\n")
    return Policy("src/acme/policy.py", grants, ())


def _write_project(root: Path, listing: dict[str, object]) -> None:
    (root / "policy.py").write_text("")
    (root / "policy.json").write_text(json.dumps(listing))
    (root / "print_policy.py").write_text("print(open('policy.json').read())")
    keys = ("catalog", "prepare", "seed", "app")
    lines = [*(f'{key} = "unused"' for key in keys), 'tinybird = "tinybird"']
    command = f"policy = '{sys.executable} print_policy.py'"
    (root / "pyproject.toml").write_text("\n".join(["[tool.devstack]", *lines, command]))


def _run_lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devstack", "lint"],
        cwd=root,
        env=os.environ,
        capture_output=True,
        text=True,
    )
