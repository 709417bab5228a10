"""The pipelines of a render: one list of tasks for both hosts, pinned, with the least rights."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ..product import stack
from ..rendering import render

CHANGE = [
    "uv sync --locked",
    "uv sync --locked --project devstack",
    "uv run poe lint",
    "uv run poe typecheck",
    "uv run poe test",
]
DEPLOYMENTS = {
    "deploy-check": [*CHANGE[:2], "uv run poe deploy --check"],
    "deploy": [*CHANGE[:2], "uv run poe deploy"],
    "doctor": [CHANGE[0], "uv run poe doctor"],
}
ENVIRONMENTS = {"deploy-check": "deploy-check", "deploy": "production", "doctor": "production"}
# What a line of a Dockerfile, of YAML or of JSON names; stages of the same Dockerfile have no tag.
IMAGE = r'(?m)^\s*"?(?:FROM|image"?:)\s*"?([^\s"]+:[^\s"]+)'
EXACT = r":\d+\.\d+\.\d+(?:-|$)"
SCHEMAS = {
    ".github/dependabot.yml": "vendor.dependabot",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/workflows/nightly.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "renovate.json": "vendor.renovate",
}


@pytest.fixture(scope="module")
def gitlab_render(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(tmp_path_factory.mktemp("gitlab") / "project", ci="gitlab")


def test_both_hosts_run_the_same_on_a_change(default_render: Path, gitlab_render: Path) -> None:
    github = _steps(default_render / ".github" / "workflows" / "ci.yml", "test")
    gitlab = yaml.safe_load((gitlab_render / ".gitlab-ci.yml").read_text())["test"]["script"]

    assert github == gitlab == CHANGE


def test_both_hosts_run_the_same_at_night(default_render: Path, gitlab_render: Path) -> None:
    nightly = default_render / ".github" / "workflows" / "nightly.yml"
    gitlab = yaml.safe_load((gitlab_render / ".gitlab-ci.yml").read_text())

    assert _steps(nightly, "audit") == gitlab["audit"]["script"]
    assert _steps(nightly, "template")[0] == gitlab["template"]["script"][0]


def test_both_hosts_deploy_and_examine_the_same(default_render: Path, gitlab_render: Path) -> None:
    workflows = default_render / ".github" / "workflows"
    gitlab = yaml.safe_load((gitlab_render / ".gitlab-ci.yml").read_text())

    for job, steps in DEPLOYMENTS.items():
        github = _steps(workflows / ("nightly.yml" if job == "doctor" else "ci.yml"), job)
        assert github == gitlab[job]["script"] == steps
        assert "$TINYBIRD_API_URL && " in gitlab[job]["rules"][0]["if"]


def test_a_deployment_needs_the_tests_and_reaches_secrets_in_its_last_step_alone(
    default_render: Path,
) -> None:
    workflows = default_render / ".github" / "workflows"
    jobs = {
        name: job
        for file in ("ci.yml", "nightly.yml")
        for name, job in yaml.safe_load((workflows / file).read_text())["jobs"].items()
    }

    assert jobs["deploy"]["needs"] == "test"
    for name, job in jobs.items():
        assert job.get("environment") == ENVIRONMENTS.get(name)
        assert ("vars.TINYBIRD_API_URL != ''" in job.get("if", "")) is (name in DEPLOYMENTS)
        before, last = {**job, "steps": job["steps"][:-1]}, job["steps"][-1]
        assert "secrets." not in str(before)
        assert ("secrets." in str(last)) is (name in DEPLOYMENTS)


def test_every_secret_and_variable_of_a_deployment_is_a_setting(default_render: Path) -> None:
    example = (default_render / ".env.example").read_text()

    for file in ("ci.yml", "nightly.yml"):
        text = (default_render / ".github" / "workflows" / file).read_text()
        for name, _kind, source in re.findall(r"(\w+): \$\{\{ (secrets|vars)\.(\w+) \}\}", text):
            assert name == source
            assert f"\n{name}=" in example


def test_every_step_is_a_task_or_an_installation(default_render: Path, gitlab_render: Path) -> None:
    tasks = tomllib.loads((default_render / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]
    gitlab = yaml.safe_load((gitlab_render / ".gitlab-ci.yml").read_text())
    jobs = [job["script"] for job in gitlab.values() if "script" in job]

    for step in [step for job in jobs for step in job]:
        assert step.startswith("uv sync --locked") or step.split()[3] in tasks, step


def test_the_quick_steps_of_a_change_pass_in_a_fresh_project(repository: Path) -> None:
    # tests/test_generated.py runs lint, typecheck and the suite.
    for step in CHANGE[:2]:
        subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step],
            cwd=repository,
            env=stack.clean_environment(),
            check=True,
        )


def test_each_file_fits_its_published_schema(default_render: Path, gitlab_render: Path) -> None:
    for name, schema in SCHEMAS.items():
        path = next(p for p in (default_render / name, gitlab_render / name) if p.exists())
        transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]

        subprocess.run([*command, *transform, str(path)], check=True)


def test_the_packages_of_a_page_in_react_are_updated_as_well(tmp_path: Path) -> None:
    github = render(tmp_path / "github", frontend="react")
    gitlab = render(tmp_path / "gitlab", frontend="react", ci="gitlab")

    test_each_file_fits_its_published_schema(github, gitlab)
    updates = yaml.safe_load((github / ".github" / "dependabot.yml").read_text())["updates"]
    assert ("npm", "/frontend") in {(u["package-ecosystem"], u["directory"]) for u in updates}
    rules = json.loads((gitlab / "renovate.json").read_text())["packageRules"]
    assert ["npm"] in [rule["matchManagers"] for rule in rules if "matchManagers" in rule]


def test_only_the_chosen_host_has_files(default_render: Path, gitlab_render: Path) -> None:
    assert not {".gitlab-ci.yml", "renovate.json"} & {p.name for p in default_render.iterdir()}
    assert ".github" not in {p.name for p in gitlab_render.iterdir()}


@pytest.mark.parametrize("name", ["ci", "nightly"])
def test_actions_are_pinned_and_a_job_has_only_the_rights_that_it_names(
    default_render: Path, name: str
) -> None:
    text = (default_render / ".github" / "workflows" / f"{name}.yml").read_text()
    workflow = yaml.safe_load(text)

    for action in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert workflow["permissions"] == {}
    for job, body in workflow["jobs"].items():
        rights = {"contents": "read"} | ({"issues": "write"} if job == "template" else {})
        assert body["permissions"] == rights
        assert body["timeout-minutes"] <= 30
        assert body["steps"][0]["with"]["persist-credentials"] is False


def _steps(workflow: Path, job: str) -> list[str]:
    steps = yaml.safe_load(workflow.read_text())["jobs"][job]["steps"]
    return [step["run"] for step in steps if "run" in step]


def test_every_image_has_an_exact_version_but_the_one_that_is_published_without(
    default_render: Path, gitlab_render: Path, tmp_path: Path
) -> None:
    docker = render(tmp_path / "docker", local_tinybird="docker")
    files = [
        default_render / "Dockerfile",
        default_render / ".devcontainer" / "devcontainer.json",
        gitlab_render / ".gitlab-ci.yml",
        docker / "compose.yaml",
    ]

    found = {image for file in files for image in re.findall(IMAGE, file.read_text())}

    assert len(found) == 5
    assert {image for image in found if not re.search(EXACT, image)} == {
        "tinybirdco/tinybird-local:latest"
    }


def test_renovate_adds_digests_to_every_image(gitlab_render: Path) -> None:
    rules = json.loads((gitlab_render / "renovate.json").read_text())["packageRules"]

    (pinned,) = [rule["matchManagers"] for rule in rules if rule.get("pinDigests")]
    assert set(pinned) == {"dockerfile", "docker-compose", "gitlabci", "devcontainer"}


def test_jobs_run_on_a_system_of_one_version(default_render: Path) -> None:
    for file in (default_render / ".github" / "workflows").iterdir():
        systems = re.findall(r"runs-on: (.+)", file.read_text())
        assert set(systems) == {"ubuntu-24.04"}
