"""Serve the embedded Tinybird of the project in the current directory."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the server; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m devstack.tinybird", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("TB_LOCAL_PORT") or 7181))
    parser.add_argument("--data-dir", type=Path, default=Path(".devstack/tinybird"))
    parser.add_argument("--project", type=Path, default=Path("tinybird"))
    parser.add_argument("--ttl", action="store_true", help="let rows expire by their TTL")
    options = parser.parse_args()
    # Imported late: chDB takes seconds to load.
    from ..identity import IdentityInvalid, load_identity
    from .server import DataDirInUse, PortInUse, serve

    try:
        identity = load_identity(Path.cwd())
        serve(identity, options.project, options.port, options.data_dir, options.ttl)
    except (IdentityInvalid, PortInUse, DataDirInUse) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
