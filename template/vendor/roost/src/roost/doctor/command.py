"""`app doctor`: reads the settings, examines, prints, and returns the exit code."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from roost.doctor.examination import examine
from roost.doctor.findings import Finding, error, exit_code, skipped
from roost.doctor.report import as_json, as_lines, wants_colours, without_secrets
from roost.doctor.target import Options, Target
from roost.environment import SettingsInvalid, read_values
from roost.net.client import AsyncClient
from roost.policy.access import LoadPolicy, PolicyInvalid
from roost.settings import load_settings

ADMIN_TOKEN = "TINYBIRD_ADMIN_TOKEN"  # noqa: S105 - a variable's name
_PROJECT = ("uv", "run", "--quiet", "--no-active", "--project", "devstack")
_RUN = ("devstack", "run", "--built", "--")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--json", action="store_true", help="for a pipeline")
    parser.add_argument("--local", action="store_true", help="examine what `poe dev` runs")
    parser.add_argument(
        "--tenant", action="append", default=[], help="a tenant with rows, to try to read"
    )
    parser.add_argument("--users", type=int, help="how many read at once, at most")
    parser.add_argument(
        "--plan-rps", type=int, default=10, help="the Tinybird plan's queries a second (10: Free)"
    )


def doctor(options: argparse.Namespace, load_policy: LoadPolicy) -> int:
    """Examine and print; return 0, or 1 if there is an error.

    Raises: ProductInvalid: nothing can be examined.
    """
    if options.local:
        _examine_locally()
    wanted = Options(tuple(options.tenant), options.users, options.plan_rps)
    findings = _findings(wanted, load_policy)
    if options.json:
        print(as_json(findings))
    else:
        print(as_lines(findings, colours=wants_colours(sys.stdout, os.environ)))
    return exit_code(findings)


def _examine_locally() -> None:
    # The same command again, in the environment that the devstack gives to the app.
    is_here = Path("devstack", "pyproject.toml").is_file()
    if not is_here and shutil.which("devstack") is None:
        sys.exit("There is no devstack here: --local is for a checkout of the project.")
    command = [*_PROJECT, *_RUN] if is_here else _RUN
    rest = [argument for argument in sys.argv[1:] if argument != "--local"]
    os.execvp(command[0], [*command, sys.argv[0], *rest])  # noqa: S606 - our own words


def _findings(options: Options, load_policy: LoadPolicy) -> list[Finding]:
    try:
        settings, admin_token = load_settings(), read_values().get(ADMIN_TOKEN, "").strip()
    except SettingsInvalid as problem:
        mend = "Set it in .env or in the environment; .env.example says what it is."
        found = [error("settings", sentence, mend) for sentence in str(problem).splitlines()]
        return [*found, skipped("everything else", "The settings are not complete.")]
    try:
        policy, catalog = load_policy()
    except PolicyInvalid as problem:
        mend = "Mend policy.py, or write the app's list with `uv run poe endpoints`."
        found = [error("policy", sentence, mend) for sentence in str(problem).splitlines()]
        return [*found, skipped("everything else", "The policy and the endpoints do not fit.")]

    async def run() -> list[Finding]:
        async with AsyncClient() as client:
            target = Target(settings, policy, catalog, options, client, time.time, admin_token)
            return without_secrets(await examine(target), target.secrets)

    return asyncio.run(run())
