"""What an owner's server does for guests, in a process of its own as theirs is."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from roost.testing.stack import ROOT, Stack

from .apps import PACKAGE, with_policy

_ENDPOINTS = json.loads((PACKAGE / "endpoints.json").read_text())["endpoints"]
# Every endpoint that asks for nothing but the tenant.
SHOWN = [
    endpoint["name"]
    for endpoint in _ENDPOINTS
    if [p["name"] for p in endpoint["parameters"] if p["required"]] == ["tenant_id"]
]

# What an owner's server runs; the arguments of the calls are JSON.
_ASK = """
import json, sys
from roost.errors import AppError
from roost.project import find_project

project, (name, given) = find_project(), json.loads(sys.argv[1])
try:
    made = getattr(project, name)(**given)
    print(json.dumps([getattr(made, "text", made)]))
except AppError as error:
    print(json.dumps([error.status, error.code]))
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """The server code of an owner whose policy lets guests read SHOWN."""

    env: dict[str, str]
    sources: Path

    @classmethod
    def of(cls, stack: Stack, folder: Path) -> Owner:
        """Write the policy of the owner into a copy of the app."""
        return cls(stack.env, with_policy(f"GUEST_ENDPOINTS = {SHOWN!r}", folder))

    def guest_token(self, tenant_id: str, **given: object) -> str:
        """Have the library mint a guest token."""
        (token,) = self.ask("guest_token", tenant_id=tenant_id, **{"endpoints": SHOWN, **given})
        return str(token)

    def embed_url(self, tenant_id: str, **given: object) -> str:
        """Have the library sign the address of a frame, below `/embed`."""
        (url,) = self.ask("embed_url", tenant_id=tenant_id, **given)
        return str(url)

    def ask(self, name: str, **given: object) -> list[object]:
        """Call a method of the project; return what it made, or its refusal's status and code."""
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "python", "-c", _ASK, json.dumps([name, given])],
            cwd=ROOT,
            env={**self.env, "PYTHONPATH": str(self.sources)},
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)
