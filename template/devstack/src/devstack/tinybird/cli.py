"""How the official CLI reaches this server and no other workspace."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

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


def build_workspace_name(project: Path) -> str:
    """Return the name that the CLI gives the workspace of the folder `project`.

    It hashes the path of the folder it runs in, which the system gives without symbolic links
    (observed with tinybird 5.0.2).
    """
    path = os.path.realpath(project)
    return f"Tinybird_Local_Build_{hashlib.sha256(path.encode()).hexdigest()}"
