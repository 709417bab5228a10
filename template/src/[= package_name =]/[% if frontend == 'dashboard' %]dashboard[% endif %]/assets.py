"""Build the Vega bundle that the dashboard's charts are drawn with.

`python -m <package>.dashboard.assets` writes `static/vendor/vega.js` from the PyPI package
`vl-convert-python`. That package is needed here alone, never where the app runs.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

BUNDLE = Path(__file__).parent / "static" / "vendor" / "vega.js"
DISTRIBUTION = "vl-convert-python"


class BundlerMissing(Exception):
    """`vl-convert-python` is not installed here; the sentence says what to do."""


def build_vega(target: Path = BUNDLE) -> bool:
    """Write Vega, Vega-Lite and Vega-Embed as one classic script.

    Returns: whether a file was written; one of the installed version is left alone.
    Raises: BundlerMissing: if `vl-convert-python` is not installed.
    """
    header = f"// Vega, Vega-Lite and Vega-Embed (BSD-3-Clause), by {DISTRIBUTION} {_version()}\n"
    if _first_line(target) == header:
        return False
    # Imported late: it takes a second, and most calls find the file in place.
    import vl_convert

    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    unfinished.write_text(header + vl_convert.javascript_bundle(), encoding="utf-8")
    unfinished.replace(target)
    return True


def main() -> int:
    """Build what is missing and say what was done; the exit status is 1 if it cannot be."""
    try:
        built = build_vega()
    except BundlerMissing as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{BUNDLE.name}: {'built' if built else 'up to date'}")
    return 0


def _version() -> str:
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        raise BundlerMissing(
            f"{DISTRIBUTION} is not installed. Install the dependency group 'assets' and repeat."
        ) from None


def _first_line(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8") as lines:
        return lines.readline()


if __name__ == "__main__":
    sys.exit(main())
