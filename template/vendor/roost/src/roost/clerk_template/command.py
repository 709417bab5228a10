"""The task `clerk-template`: the file from `policy.py`, and Clerk's template from the file."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
from pathlib import Path

from roost.clerk_template.document import (
    Document,
    TemplateImpossible,
    for_environment,
    make_document,
    write_document,
)
from roost.clerk_template.installation import ClerkApi, ClerkRefused, comparable, install, installed
from roost.net.client import AsyncClient
from roost.policy.access import LoadPolicy, Policy
from roost.settings import Settings, load_settings

FILE = Path("clerk/tinybird-jwt-template.json")


class Stale(Exception):
    """The file is not what `policy.py` says; the sentence says what to do."""


# What a user can put right; each says how.
REFUSALS = (ClerkRefused, Stale, TemplateImpossible)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the commands to a parser, as its `template_command`."""
    commands = parser.add_subparsers(dest="template_command", required=True)
    commands.add_parser("write", help="write the file from policy.py")
    commands.add_parser("check", help="fail if the file is not what policy.py says")
    commands.add_parser("diff", help="compare the file with Clerk's template")
    commands.add_parser("push", help="create or replace Clerk's template")


def clerk_template(command: str, load_policy: LoadPolicy) -> int:
    """Run a command of `add_options`; return the process's exit code.

    Raises: PolicyInvalid, ProductInvalid, SettingsInvalid, and those of REFUSALS.
    """
    policy, _ = load_policy()
    document = make_document(policy)
    if command == "write":
        _write(document)
    else:
        _check(document)
    return asyncio.run(_with_clerk(command, policy)) if command in ("diff", "push") else 0


def _write(document: Document) -> None:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(write_document(document), encoding="utf-8")
    print(f"{FILE} is what policy.py says.")


def _check(document: Document) -> None:
    mend = "run `uv run poe clerk-template write`."
    if not FILE.is_file():
        raise Stale(f"{FILE} is missing: {mend}")
    if FILE.read_text(encoding="utf-8") != write_document(document):
        raise Stale(f"{FILE} is not what policy.py says: {mend}")


async def _with_clerk(command: str, policy: Policy) -> int:
    settings = load_settings()
    if not settings.clerk_secret_key:
        raise ClerkRefused("CLERK_SECRET_KEY is missing: copy it from Clerk's page API keys.")
    wanted = for_environment(
        json.loads(FILE.read_text(encoding="utf-8")), settings.token_rules, policy.product.tenancy
    )
    async with AsyncClient() as client:
        api = ClerkApi(settings.clerk_api_url, settings.clerk_secret_key, client)
        return await (_push(api, wanted, settings) if command == "push" else _diff(api, wanted))


async def _push(api: ClerkApi, wanted: Document, settings: Settings) -> int:
    done = await install(api, wanted, settings.token_rules.secret)
    print(f"The JWT template {wanted['name']} at {api.url} was {done}.")
    return 0


async def _diff(api: ClerkApi, wanted: Document) -> int:
    found = comparable(await installed(api, str(wanted["name"])), wanted)
    lines = list(
        difflib.unified_diff(_lines(found), _lines(wanted), "Clerk", str(FILE), lineterm="")
    )
    print("\n".join(lines) or f"Clerk has what {FILE} says. Its signing key nobody can read.")
    return 1 if lines else 0


def _lines(template: Document) -> list[str]:
    return json.dumps(template, indent=2, sort_keys=True).splitlines()
