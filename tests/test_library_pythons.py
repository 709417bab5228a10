"""The library's own tests on every other Python that it supports; this one runs them beside these.

A Python that this machine has not is named in the first lines of the run.
"""

from __future__ import annotations

import platform
import subprocess

import pytest

from .interpreters import SUPPORTED, interpreter
from .product import stack
from .rendering import REPOSITORY
from .turns import by_turns

pytestmark = pytest.mark.slow

OTHERS = [version for version in SUPPORTED if not platform.python_version().startswith(version)]
RUN = ["uv", "run", "--quiet", "--isolated", "--locked", "--only-group", "library"]
TESTS = ["pytest", "-p", "no:cacheprovider", "-q", "--confcutdir=tests/library", "tests/library"]


@pytest.mark.parametrize("version", by_turns([each for each in OTHERS if interpreter(each)]))
def test_the_librarys_tests_pass(version: str) -> None:
    python = str(interpreter(version))

    done = subprocess.run(
        [*RUN, "--python", python, *TESTS],
        cwd=REPOSITORY,
        env=stack.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    print(done.stdout)
    assert done.returncode == 0
