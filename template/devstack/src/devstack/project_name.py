"""What a project calls itself, for people."""

from __future__ import annotations

import tomllib
from pathlib import Path


def project_name(root: Path) -> str:
    """Return `name` of `[tool.devstack]`, else that of `[project]`, else the folder's."""
    path = root / "pyproject.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    ours = document.get("tool", {}).get("devstack", {}).get("name")
    return str(ours or document.get("project", {}).get("name") or root.resolve().name)
