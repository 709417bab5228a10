"""`python -m tests.oracles [--requests N] [PROJECT]`: ask a default render, or PROJECT."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from ..product import installed
from .running import asking

REQUESTS = 10_000
SHOWN = 10


def main() -> int:
    """Ask, say how far it is, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", nargs="?", type=Path, help="an installed project")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = options.project or installed(Path(folder) / "project")
        return _report(project.resolve(), options.requests, options.seed)


def _report(project: Path, requests: int, seed: int) -> int:
    found = []
    with asking(project, seed) as asked:
        for number, oracle in enumerate(asked.oracles(requests), 1):
            found += [oracle] if oracle else []
            if number % 500 == 0:
                print(f"{2 * number} requests, {len(found)} oracles", file=sys.stderr)
    for oracle in found[:SHOWN]:
        print(oracle)
    kinds = Counter(oracle.probe.kind for oracle in found)
    print(f"{requests} requests: {len(found)} oracles {dict(kinds) or ''}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
