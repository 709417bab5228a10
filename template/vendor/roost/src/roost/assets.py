"""Build the Vega bundle that the dashboard's charts are drawn with.

`app assets` writes `static/vendor/vega.js` into the owner's dashboard, from the PyPI package
`vl-convert-python`. That package is needed here alone, never where the app runs.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from pathlib import Path

BUNDLE = Path("static") / "vendor" / "vega.js"
DISTRIBUTION = "vl-convert-python"
GLOBALS = "window.vegaEmbed = vegaEmbed; window.vega = vega; window.vegaLite = vegaLite;"


class BundlerMissing(Exception):
    """`vl-convert-python` is not installed here; the sentence says what to do."""


def build_vega(dashboard: Path) -> bool:
    """Write Vega, Vega-Lite and Vega-Embed as one classic script.

    Returns: whether a file was written; one of the installed version is left alone, and so is any
    where `vl-convert-python` is not installed.
    Raises: BundlerMissing: if there is neither that package nor a file.
    """
    version, target = _installed_version(), dashboard / BUNDLE
    if version is None and target.is_file():
        return False
    if version is None:
        raise BundlerMissing(
            f"The charts need {target.name}, and {DISTRIBUTION} to build it is not installed: "
            "run `uv sync --group assets` and `uv run app assets`."
        )
    header = f"// Vega, Vega-Lite and Vega-Embed (BSD-3-Clause), by {DISTRIBUTION} {version}\n"
    if _first_line(target) == header:
        return False
    # Imported late: it takes a second, and most calls find the file in place.
    vl_convert = importlib.import_module("vl_convert")

    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    unfinished.write_text(header + vl_convert.javascript_bundle(GLOBALS), encoding="utf-8")
    unfinished.replace(target)
    return True


def _installed_version() -> str | None:
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return None


def _first_line(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8") as lines:
        return lines.readline()
