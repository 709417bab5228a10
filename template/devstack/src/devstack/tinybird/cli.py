"""How the official CLI reaches this server and no other workspace."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

LOGIN = ".tinyb"
USUAL_PORT = 7181
# Where the CLI looks for a branch, in its order; observed with tinybird 5.0.2.
BRANCH_VARIABLES = (
    "VERCEL_GIT_COMMIT_REF",
    "CI_COMMIT_BRANCH",
    "CIRCLE_BRANCH",
    "BUILD_SOURCEBRANCHNAME",
    "BITBUCKET_BRANCH",
    "TRAVIS_BRANCH",
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "GIT_BRANCH",
)


def cli_environment(port: int, project: Path | None = None) -> dict[str, str]:
    """Return what to set for `tb --local`, so that it resolves the workspace of `.env.local`.

    The CLI prefers a git branch, then the name in a `.tinyb` file, to the project folder. So git
    is pointed nowhere; with `project`, the folder's workspace is given in the place of a branch,
    which beats a stray `.tinyb` too.
    """
    environment = dict.fromkeys(BRANCH_VARIABLES, "")
    if project is not None:
        environment[BRANCH_VARIABLES[0]] = build_workspace_name(project)
    return environment | {
        "GIT_DIR": os.devnull,
        "TB_LOCAL_HOST": "127.0.0.1",
        "TB_LOCAL_PORT": str(port),
        "TB_VERSION_WARNING": "0",
        "TB_CLI_TELEMETRY_OPTOUT": "1",
        "TB_TOKEN": "",
        "TB_HOST": "",
        "TB_USER_TOKEN": "",
        "TB_CWD": "",
        "CI": "1",
    }


def quiet_environment(port: int, project: Path, arguments: Sequence[str]) -> dict[str, str]:
    """Return what to set so that `tb info` reaches no cloud where nobody has logged in to one.

    It asks Tinybird Cloud whatever it is told, ten times if need be (observed with tinybird 5.0.3).
    Without a token the local server refuses it at once, and the CLI says to log in.
    """
    is_info = [word for word in arguments if not word.startswith("-")][:1] == ["info"]
    folder = Path(os.path.realpath(project))
    logged_in = any((one / LOGIN).exists() for one in (folder, *folder.parents))
    return {"TB_HOST": f"http://127.0.0.1:{port}"} if is_info and not logged_in else {}


def cli_hints(port: int) -> str:
    """Say which commands of the CLI are of use beside this server, and which are not."""
    prefix = "" if port == USUAL_PORT else f"TB_LOCAL_PORT={port or '<its port>'} "
    return (
        "In another terminal, in the data project's folder:\n"
        f"  {prefix}tb --local build      builds it here, with its fixtures; `dev` at each change\n"
        f"  {prefix}tb --local test run   runs its tests\n"
        f"  {prefix}tb --local deploy     tries a deployment\n"
        "Without the CLI installed: `devstack tb --local build`. `tb local start`, `stop` and\n"
        "`status` manage Tinybird's own container: this server takes its place.\n"
    )


def build_workspace_name(project: Path) -> str:
    """Return the name that the CLI gives the workspace of the folder `project`.

    It hashes the path of the folder it runs in, which the system gives without symbolic links
    (observed with tinybird 5.0.2).
    """
    path = os.path.realpath(project)
    return f"Tinybird_Local_Build_{hashlib.sha256(path.encode()).hexdigest()}"
