"""The isolation test of a render finds every leak that it should, and names its node."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .isolation_teeth import TEETH
from .product import stack

pytestmark = pytest.mark.slow

OTHERS = "tests/test_isolation.py::test_other_tenants_rows_change_no_answer"
SENDERS = "tests/test_isolation.py::test_what_others_send_changes_no_answer"


@pytest.fixture
def breakable(project: Path, tmp_path: Path) -> Iterator[Path]:
    """The installed project, whose data project and app are restored afterwards."""
    folders = [project / "tinybird", project / "src"]
    for folder in folders:
        shutil.copytree(folder, tmp_path / folder.name)
    yield project
    for folder in folders:
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / folder.name, folder)


def test_every_leak_is_found_and_its_node_named_and_nothing_else(breakable: Path) -> None:
    for tooth in TEETH.values():
        for name, text in tooth.files.items():
            (breakable / "tinybird" / name).write_text(text)

    code, output = _run(breakable, OTHERS)

    print(output)
    found = re.findall(r"^endpoint +(\w+)\nnode +(\w+) of the pipe (\w+)$", output, re.MULTILINE)
    assert code == 1
    assert {name: (node, pipe) for name, node, pipe in found} == {
        name: (tooth.node, tooth.pipe or name) for name, tooth in TEETH.items()
    }
    # Each shrunk as far as it goes: mostly to a single foreign row.
    rows = re.findall(r"^(one|\d+) rows?\b.*of another tenant changed", output, re.MULTILINE)
    needed = [str(tooth.rows) for _, tooth in sorted(TEETH.items())]
    assert [count.replace("one", "1") for count in rows] == needed


def test_an_app_that_lets_a_body_name_its_tenant_is_found(breakable: Path) -> None:
    (events,) = breakable.glob("src/*/core/events.py")
    sound = '{**row, "tenant_id": stamp.tenant_id, '
    assert sound in events.read_text()
    events.write_text(events.read_text().replace(sound, '{"tenant_id": stamp.tenant_id, **row, '))

    code, output = _run(breakable, SENDERS)

    assert code == 1
    assert "What another tenant sends changes answers." in output
    assert "sent by another tenant, as application/" in output


def _run(project: Path, test: str) -> tuple[int, str]:
    # -rN: under CI, pytest's summary would print the whole report a second time.
    result = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "--no-sync", "pytest", "-rN", test],
        cwd=project,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, result.stdout
