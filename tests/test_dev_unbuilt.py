"""A data project that has never been built, and does not build."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .dev import Dev, free_ports
from .product import stack

pytestmark = pytest.mark.slow

PROBLEM = (
    "tinybird/endpoints/top_events.pipe:39: there is no column `evnt`. Maybe you meant `event`."
)


@pytest.fixture
def broken(project: Path) -> Iterator[Path]:
    """A granted pipe with a misspelt column, in a project without rows and tables."""
    pipe = project / "tinybird" / "endpoints" / "top_events.pipe"
    good = pipe.read_text()
    shutil.rmtree(project / ".devstack" / "tinybird", ignore_errors=True)
    pipe.write_text(good.replace("GROUP BY event\n", "GROUP BY evnt\n"))
    yield pipe
    pipe.write_text(good)


def test_dev_names_the_line_and_goes_on_once_it_is_mended(project: Path, broken: Path) -> None:
    dev = Dev(project, free_ports(), is_awaited=False)
    dev.wait_until_said("Nothing is built yet. Mend the file and save it: then it goes on.")
    said = list(dev.errors)
    examined = subprocess.run(
        ["uv", "run", "--quiet", "--no-active", "poe", "--quiet", "doctor", "--local"],
        cwd=project,
        env=stack.clean_environment() | dev.ports,
        capture_output=True,
        text=True,
    )

    broken.write_text(broken.read_text().replace("evnt", "event"))
    dev.wait_until_ready()
    dev.end(signal.SIGTERM)

    assert f"{PROBLEM}\n" in said
    assert (examined.returncode, examined.stderr) == (1, f"{PROBLEM}\n")
    assert any(line.startswith("✗ Building the data project") for line in said)
    assert any(line.startswith("✓ Building the data project") for line in dev.errors)
    assert dev.processes() == []


def test_the_tests_of_the_project_fail_with_that_line_alone(project: Path, broken: Path) -> None:
    with (
        pytest.raises(pytest.fail.Exception) as failed,
        stack.running_stack(project),
    ):
        pass

    assert failed.value.msg == PROBLEM
    assert not failed.value.pytrace
