"""The isolation proof finds every leak that it should, and names its node."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from .isolation_mutants import HARD_MUTANTS, MUTANTS
from .leaks.corpus import LEAKING, SAFE
from .leaks.variant import Variant
from .leaks_beyond_the_proof import BEYOND
from .product import stack
from .rendering import REPOSITORY

pytestmark = pytest.mark.slow

# What shows only to a caller who knows what to ask for.
CHOSEN = (*LEAKING["branches"], *LEAKING["chosen by the caller"])

DEVSTACK = str(REPOSITORY / "template" / "devstack")
PROVE = (*("uv", "run", "--quiet", "--no-active", "--project", DEVSTACK), "devstack", "prove")
PROVE_ROWS = (*PROVE, "--part", "rows")
OTHERS = "tests/test_isolation.py::test_other_tenants_rows_change_no_answer"
SENDERS = "tests/test_isolation.py::test_what_others_send_changes_no_answer"


@pytest.fixture
def breakable(project: Path, tmp_path: Path) -> Iterator[Path]:
    """The installed project, whose data project and app are restored afterwards."""
    folders = [project / "tinybird", project / "src", project / "vendor"]
    for folder in folders:
        shutil.copytree(folder, tmp_path / folder.name)
    yield project
    for folder in folders:
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / folder.name, folder)


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The same data project by itself, which is no project of Roost."""
    return shutil.copytree(REPOSITORY / "tinybird" / "product_analytics", tmp_path / "alone")


def test_every_leak_is_found_and_its_node_named_and_nothing_else(breakable: Path) -> None:
    for mutant in MUTANTS.values():
        _write(breakable / "tinybird", mutant.files)

    code, output = _tested(breakable, OTHERS)

    print(output)
    assert code == 1
    assert _nodes(output) == {
        name: (mutant.node, mutant.pipe or name) for name, mutant in MUTANTS.items()
    }
    # Each shrunk as far as it goes: mostly to a single foreign row.
    assert _foreign_rows(output) == {name: mutant.rows for name, mutant in MUTANTS.items()}


@pytest.mark.nightly
def test_leaks_that_show_in_odd_databases_or_to_odd_callers_are_found(alone: Path) -> None:
    for mutant in HARD_MUTANTS.values():
        _write(alone, mutant.files)

    output = _proof_of_what_builds(alone, CHOSEN)

    nodes = _nodes(output)
    for variant in CHOSEN:
        print(f"{variant.name:45} {_by_the_proof(variant, nodes)}")
    asked_for = {variant.name for variant in CHOSEN}
    missed = asked_for - nodes.keys()
    assert missed <= BEYOND.keys(), output
    assert {name: nodes[name] for name in nodes.keys() - asked_for} == {
        name: (mutant.node, mutant.pipe or name) for name, mutant in HARD_MUTANTS.items()
    }


@pytest.mark.nightly
def test_no_safe_variant_is_reported(alone: Path) -> None:
    output = _proof_of_what_builds(alone, SAFE)

    print(output)
    assert "Other tenants' rows change answers." not in output
    # It was looked for, and not only left out.
    assert "No answer depends on other tenants' rows: " in output or "never showed a row" in output


def test_an_app_that_lets_a_body_name_its_tenant_is_found(breakable: Path) -> None:
    (events,) = breakable.glob("vendor/roost/src/roost/events/rows.py")
    sound = '{**row, "tenant_id": stamp.tenant_id, '
    assert sound in events.read_text()
    events.write_text(events.read_text().replace(sound, '{"tenant_id": stamp.tenant_id, **row, '))

    code, output = _tested(breakable, SENDERS)

    assert code == 1
    assert "What another tenant sends changes answers." in output
    assert "sent by another tenant, as application/" in output


def _proof_of_what_builds(data_project: Path, variants: Sequence[Variant]) -> str:
    # One that does not build keeps none of the others from being tried.
    written = [variant for variant in variants if variant.builds]
    while True:
        for variant in written:
            _write(data_project, variant.files)
        _, output = _run(PROVE_ROWS, data_project)
        if "Build failed" not in output:
            return output
        refused = {
            name for v in written for name in v.files if re.search(f"^{name}$", output, re.M)
        }
        assert refused, output
        for variant in [v for v in written if refused & v.files.keys()]:
            print(f"does not build: {variant.name}")
            written.remove(variant)
            for name in variant.files:
                (data_project / name).unlink()


def _write(data_project: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = data_project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def _nodes(output: str) -> dict[str, tuple[str, str]]:
    # Of a datasource that its own pipe fills the endpoint says the same.
    found = re.findall(
        r"^endpoint +(\w+)\nnode +(\w+) of the pipe (\w+)(?: \(not sure\))?$", output, re.MULTILINE
    )
    return {name: (node, pipe) for name, node, pipe in found}


def _foreign_rows(output: str) -> dict[str, int]:
    found = re.findall(
        r"^endpoint +(\w+)\n(?:.+\n)*?(one|\d+) rows?\b.*of another tenant changed",
        output,
        re.MULTILINE,
    )
    return {name: int(count.replace("one", "1")) for name, count in found}


def _by_the_proof(variant: Variant, nodes: Mapping[str, tuple[str, str]]) -> str:
    if found := nodes.get(variant.name):
        return f"the proof: {found[0]} of {found[1]}"
    return f"not by the proof: {BEYOND.get(variant.name, 'why is not known')}"


def _tested(project: Path, test: str) -> tuple[int, str]:
    # -rN: under CI, pytest's summary would print the whole report a second time.
    command = ("uv", "run", "--quiet", "--no-active", "--no-sync", "pytest", "-rN", test)
    return _run(command, project)


def _run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    result = subprocess.run(
        command,
        cwd=folder,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, result.stdout
