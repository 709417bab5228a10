"""The official CLI on the workspace of `.env`: `uv run poe tb-cloud sql "select 1"`.

TB_TOKEN (a token that may do it: the workspace admin token) and TB_HOST (TINYBIRD_API_URL unless
set) are the variables that the CLI reads; they come from the environment or from `.env`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

DEVSTACK = ("uv", "run", "--quiet", "--no-active", "--project")
# What the CLI has no business with.
FOREIGN = ("TINYBIRD_", "CLERK_", "NEXT_PUBLIC_", "VIRTUAL_ENV")


class CloudUnknown(Exception):
    """There is no token or no host; the sentence says which variable is missing."""


def main(arguments: list[str]) -> int:
    """Run the CLI in `tinybird/` and return its exit status."""
    try:
        return run_tb(cli_environment(), *arguments)
    except CloudUnknown as unknown:
        print(unknown, file=sys.stderr)
        return 1


def cli_environment() -> dict[str, str]:
    """Return the environment of the official CLI.

    The token is not on its command line, where others on the machine could read it, and where the
    CLI would keep it in a file. Source: `tb --help`, observed with tinybird 5.0.2.
    Raises: CloudUnknown.
    """
    values = {**_dotenv(Path(".env")), **os.environ}
    token = values.get("TB_TOKEN", "").strip()
    host = values.get("TB_HOST", "").strip() or values.get("TINYBIRD_API_URL", "").strip()
    if not token:
        raise CloudUnknown(
            "TB_TOKEN is not set: it is the token to deploy with, the 'workspace admin token'."
        )
    if not host:
        raise CloudUnknown("Neither TB_HOST nor TINYBIRD_API_URL is set: the API's host.")
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    quiet = {"CI": "1", "TB_VERSION_WARNING": "0", "TB_CLI_TELEMETRY_OPTOUT": "1"}
    return {**own, **quiet, "TB_TOKEN": token, "TB_HOST": host}


def run_tb(environ: Mapping[str, str], *arguments: str) -> int:
    """Run `tb --cloud` in `tinybird/` and return its exit status."""
    command = (*DEVSTACK, "../devstack", "tb", "--cloud", *arguments)
    return subprocess.run(command, cwd="tinybird", env=environ).returncode  # noqa: S603 - our own words


def _dotenv(path: Path) -> dict[str, str]:
    values = dotenv_values(path, interpolate=False) if path.is_file() else {}
    return {name: value or "" for name, value in values.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
