"""A rendered project, installed and running, for tests that use it as its owner would."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from .rendering import REPOSITORY, render


def installed(destination: Path, **answers: object) -> Path:
    """Render a project and install the app and the devstack, each in its own environment."""
    project = render(destination, **answers)
    for folder in (project, project / "devstack"):
        subprocess.run(
            ["uv", "sync", "--quiet", "--locked", "--no-active", "--project", str(folder)],
            check=True,
        )
    return project


def _generated(name: str) -> ModuleType:
    # The render's own test support, the same file for all: what starts the product is written once.
    path = REPOSITORY / "template" / "tests" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"generated_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stack = _generated("stack")
