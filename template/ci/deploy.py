"""Deploy the data project to Tinybird Cloud, and examine what is deployed.

`uv run poe deploy` checks, deploys, then runs the doctor, which takes all further options;
`--check` changes nothing and stops after the check. TB_TOKEN (a token that may deploy: the
workspace admin token) and TB_HOST (TINYBIRD_API_URL unless set) are the variables that the official
CLI reads; they come from the environment or from `.env`. A deployment that would break the app of
this checkout ends before it starts, with status 1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

DEVSTACK = ("uv", "run", "--quiet", "--no-active", "--project")
# What the CLI has no business with.
FOREIGN = ("TINYBIRD_", "CLERK_", "NEXT_PUBLIC_", "VIRTUAL_ENV")


class DeploymentRefused(Exception):
    """The deployment must not begin; the sentence says why, and what to do."""


def main(arguments: list[str]) -> int:
    """Check, deploy and examine; return the exit status."""
    try:
        environ = cli_environment(os.environ, _dotenv(Path(".env")))
        check_catalog(_project_file())
        _app("check")
        _tb(environ, "deploy", "--check")
        if "--check" in arguments:
            return 0
        _tb(environ, "deploy")
    except DeploymentRefused as refused:
        print(f"{refused}\nNothing was deployed.", file=sys.stderr)
        return 1
    return _run("app", "doctor", *arguments)


def cli_environment(environ: Mapping[str, str], file: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the official CLI.

    The token is not on its command line, where others on the machine could read it, and where the
    CLI would keep it in a file. Source: `tb --help`, observed with tinybird 5.0.2.
    Raises: DeploymentRefused: there is no token or no host.
    """
    values = {**file, **environ}
    token = values.get("TB_TOKEN", "").strip()
    host = values.get("TB_HOST", "").strip() or values.get("TINYBIRD_API_URL", "").strip()
    if not token:
        raise DeploymentRefused(
            "TB_TOKEN is not set: it is the token to deploy with, the 'workspace admin token'."
        )
    if not host:
        raise DeploymentRefused("Neither TB_HOST nor TINYBIRD_API_URL is set: the API's host.")
    own = {name: value for name, value in environ.items() if not name.startswith(FOREIGN)}
    quiet = {"CI": "1", "TB_VERSION_WARNING": "0", "TB_CLI_TELEMETRY_OPTOUT": "1"}
    return {**own, **quiet, "TB_TOKEN": token, "TB_HOST": host}


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


def _run(*command: str, cwd: str = ".", env: Mapping[str, str] | None = None) -> int:
    return subprocess.run(command, cwd=cwd, env=env).returncode  # noqa: S603 - our own words


def _tb(environ: Mapping[str, str], *arguments: str) -> None:
    command = (*DEVSTACK, "../devstack", "tb", "--cloud", *arguments)
    if _run(*command, cwd="tinybird", env=environ):
        raise DeploymentRefused(f"Tinybird refused `tb --cloud {' '.join(arguments)}`: see above.")


def _project_file() -> Path:
    table = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    return Path(table["tool"]["devstack"]["catalog"])


def _dotenv(path: Path) -> dict[str, str]:
    values = dotenv_values(path, interpolate=False) if path.is_file() else {}
    return {name: value or "" for name, value in values.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
