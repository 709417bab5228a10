"""Does the app's policy fit the endpoints of the data project?"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..tinybird.project.endpoints import EndpointCatalog
from .findings import Finding
from .places import Datafile
from .tenant_parameter import TENANT


class PolicyUnreadable(UserError):
    """The app's command that prints its policy failed; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An endpoint that the policy names, at a line; `fixed` is empty where no grant does."""

    endpoint: str
    line: int
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the app's policy says; `file` relative to the project's root."""

    file: str
    grants: tuple[Mention, ...]
    public: tuple[Mention, ...]
    guests: tuple[Mention, ...] = ()


def read_policy(root: Path, command: str) -> Policy:
    """Ask the app for its policy: `{"file", "grants": [...], "public": [...]}` as JSON, and
    `"guests": [...]` where pages without a session read endpoints too.

    Raises: PolicyUnreadable: the command fails or prints something else.
    """
    done = subprocess.run(shlex.split(command), cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise PolicyUnreadable(f"`{command}` failed: {done.stderr.strip()}")
    try:
        return _decoded(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError) as error:
        raise PolicyUnreadable(f"`{command}` printed no policy: {error!r}") from error


def policy_findings(
    policy: Policy, catalog: EndpointCatalog, files: Mapping[str, Datafile]
) -> Iterator[Finding]:
    """Compare the policy with the endpoints both ways; `files` maps pipes to their files."""
    takes = {
        entry["name"]: {parameter["name"] for parameter in entry["parameters"]}
        for entry in catalog["endpoints"]
    }
    for mention in (*policy.grants, *policy.public, *policy.guests):
        if mention.endpoint not in takes:
            sentence = f"There is no endpoint {mention.endpoint}: correct its name, or remove it."
            yield Finding(policy.file, mention.line, "POLICY01", sentence, mention.line)
    for grant in (*policy.grants, *policy.guests):
        known = takes.get(grant.endpoint, {TENANT, *grant.fixed})
        for name in sorted({TENANT, *grant.fixed} - known):
            sentence = (
                f"{grant.endpoint} does not take {name}, which its grant fixes:"
                " filter by it in the pipe, or fix what the pipe takes."
            )
            yield Finding(policy.file, grant.line, "POLICY02", sentence, grant.line)
    mentioned = {m.endpoint for m in (*policy.grants, *policy.public, *policy.guests)}
    for name in sorted(takes.keys() - mentioned):
        line = files[name].line_of("TYPE", "endpoint")
        sentence = (
            f"Nobody may read {name}: grant it in {policy.file}, or name it in PUBLIC_ENDPOINTS"
            " if it holds nothing about tenants."
        )
        yield Finding(files[name].path, line, "POLICY03", sentence, line)


def _decoded(body: Mapping[str, object]) -> Policy:
    lists = []
    # An app of an older release lists no guests.
    listing = {"guests": [], **body}
    for name in ("grants", "public", "guests"):
        entries = listing[name]
        if not isinstance(entries, list):
            raise TypeError(f"{name} is no list")
        lists.append(
            tuple(
                Mention(entry["endpoint"], entry["line"], tuple(entry.get("fixed", ())))
                for entry in entries
            )
        )
    return Policy(str(body["file"]), *lists)
