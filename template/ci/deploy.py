"""Deploy the data project to Tinybird Cloud, and examine what is deployed.

`uv run poe deploy` checks, deploys, then runs the doctor, which takes all further options;
`--check` changes nothing and stops after the check. `tb_cloud.py` says where, and with which token.
A deployment that would break the app of this checkout ends before it starts, with status 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from .tb_cloud import DEVSTACK, CloudUnknown, cli_environment, run_tb


class DeploymentRefused(Exception):
    """The deployment must not begin; the sentence says why, and what to do."""


def main(arguments: list[str]) -> int:
    """Check, deploy and examine; return the exit status."""
    try:
        environ = cli_environment()
        check_catalog(_project_file())
        _app("check")
        _tb(environ, "deploy", "--check")
        if "--check" in arguments:
            return 0
        _tb(environ, "deploy")
    except (CloudUnknown, DeploymentRefused) as refused:
        print(f"{refused}\nNothing was deployed.", file=sys.stderr)
        return 1
    return _run("app", "doctor", *arguments)


def check_catalog(catalog: Path) -> None:
    """Check that the app's list of endpoints is the data project's.

    Raises: DeploymentRefused: it is not, so the policy was checked against other endpoints.
    """
    command = [*DEVSTACK, "devstack", "devstack", "endpoints"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    if listed.returncode:
        raise DeploymentRefused("The data project cannot be read: see above.")
    if json.loads(listed.stdout) != json.loads(catalog.read_text(encoding="utf-8")):
        raise DeploymentRefused(
            f"{catalog} is not what tinybird/ has: run `uv run poe endpoints`, and mend policy.py "
            "where it names an endpoint that is gone. Roll that app out before the removal."
        )


def _app(command: str) -> None:
    if _run("app", command):
        raise DeploymentRefused(f"`app {command}` refuses what is to be deployed: see above.")


def _run(*command: str) -> int:
    return subprocess.run(command).returncode  # noqa: S603 - our own words


def _tb(environ: Mapping[str, str], *arguments: str) -> None:
    if run_tb(environ, *arguments):
        raise DeploymentRefused(f"Tinybird refused `tb --cloud {' '.join(arguments)}`: see above.")


def _project_file() -> Path:
    table = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    return Path(table["tool"]["devstack"]["catalog"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
