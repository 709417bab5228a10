"""The dashboard's scripts, styles and base templates, which an app's own page builds on."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
# Where an app serves what is in STATIC; its own files are at /static.
SERVED_AT = "/static/roost"


def template_folders(dashboard: Path) -> list[Path]:
    """Return where templates are looked up: first in an app's `dashboard/`, then in the library."""
    return [dashboard / "templates", TEMPLATES]
