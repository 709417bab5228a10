"""The local identity: ids, keys and tokens, read from `.env.local` alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from .errors import IdentityInvalid

MARKER = "local"
PUBLISHABLE_KEY = "pk_test_" + base64.b64encode(b"127.0.0.1:7190/accounts.dev$").decode().rstrip(
    "="
)
SECRETS = (
    "TINYBIRD_JWT_SECRET",
    "TINYBIRD_INGEST_TOKEN",
    "TINYBIRD_API_KEY",
    "TINYBIRD_ADMIN_TOKEN",
    "CLERK_SECRET_KEY",
    "CLERK_WEBHOOK_SIGNING_SECRET",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the local Tinybird and the local Clerk are.

    Every secret carries the marker `local`; a real one is refused, so that the devstack can
    never come to hold a production key.
    """

    workspace_id: str
    workspace_token: str = field(repr=False)
    ingest_token: str = field(repr=False)
    public_token: str = field(repr=False)
    admin_token: str = field(repr=False)
    publishable_key: str
    clerk_secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def page_key(self) -> str:
        """Opens the page of the local data, and nothing else."""
        return self.derived_token("page")

    def derived_token(self, purpose: str) -> str:
        """Derive a further local token, the same one at every start."""
        digest = hmac.new(self.workspace_token.encode(), purpose.encode(), hashlib.sha256)
        return f"p.{MARKER}_{digest.hexdigest()[:48]}"


def read_identity(values: Mapping[str, str]) -> Identity:
    """Check the values of `.env.local` and return them as an identity.

    Raises: IdentityInvalid: a value is missing, is not local, or is a production key.
    """
    missing = [name for name in ("TINYBIRD_WORKSPACE_ID", *SECRETS) if not values.get(name)]
    if missing:
        raise IdentityInvalid(f".env.local lacks {', '.join(missing)}. {_FIX}")
    foreign = [name for name in SECRETS if not is_local(values[name])]
    if foreign:
        raise IdentityInvalid(f"{', '.join(foreign)} in .env.local is not a local secret. {_FIX}")
    if values.get("CLERK_PUBLISHABLE_KEY") != PUBLISHABLE_KEY:
        raise IdentityInvalid(f"CLERK_PUBLISHABLE_KEY in .env.local is not the local one. {_FIX}")
    return Identity(
        workspace_id=_workspace_id(values["TINYBIRD_WORKSPACE_ID"]),
        workspace_token=values["TINYBIRD_JWT_SECRET"],
        ingest_token=values["TINYBIRD_INGEST_TOKEN"],
        public_token=values["TINYBIRD_API_KEY"],
        admin_token=values["TINYBIRD_ADMIN_TOKEN"],
        publishable_key=values["CLERK_PUBLISHABLE_KEY"],
        clerk_secret_key=values["CLERK_SECRET_KEY"],
        webhook_secret=values["CLERK_WEBHOOK_SIGNING_SECRET"],
    )


def data_page(tinybird_url: str, identity: Identity) -> str:
    """Return the address that opens the page of the local data, its key included."""
    return f"{tinybird_url}/data?key={identity.page_key}"


def load_identity(project: Path) -> Identity:
    """Read the identity of the project in `project`, making `.env.local` where there is none."""
    return read_identity(load_env_local(project))


def load_env_local(project: Path) -> dict[str, str]:
    """Read `.env.local`, made first where there is none; its `${PORT:-8000}` are filled in."""
    path = project / ".env.local"
    if not path.exists():
        write_env_local(path, new_env_local())
    return {name: value or "" for name, value in dotenv_values(path).items()}


def new_env_local() -> str:
    """Return the text of a fresh `.env.local`, with new random secrets."""
    lines = [f"{name}={value}" for name, value in _fresh_values().items()]
    return "\n".join([_HEADER, *lines, ""])


def write_env_local(path: Path, text: str) -> None:
    """Write `text` so that the owner alone can read it (mode 0600)."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


_FIX = "Delete .env.local: the next command makes a fresh one."
_HEADER = "# The local identity of this checkout: never real keys. Delete it to get a fresh one."


def _fresh_values() -> dict[str, str]:
    webhook = base64.b64encode(f"{MARKER}_{secrets.token_hex(12)}".encode()).decode()
    clerk_url = "http://127.0.0.1:${CLERK_LOCAL_PORT:-7190}"
    return {
        "TINYBIRD_API_URL": "http://127.0.0.1:${TB_LOCAL_PORT:-7181}",
        "TINYBIRD_WORKSPACE_ID": str(uuid.uuid4()),
        "TINYBIRD_JWT_SECRET": f"p.{MARKER}_{secrets.token_hex(32)}",
        "TINYBIRD_INGEST_TOKEN": f"p.{MARKER}_{secrets.token_hex(24)}",
        "TINYBIRD_API_KEY": f"p.{MARKER}_{secrets.token_hex(24)}",
        "TINYBIRD_ADMIN_TOKEN": f"p.{MARKER}_{secrets.token_hex(24)}",
        "CLERK_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "CLERK_SECRET_KEY": f"sk_test_{MARKER}_{secrets.token_hex(24)}",
        "CLERK_WEBHOOK_SIGNING_SECRET": f"whsec_{webhook}",
        "CLERK_PROXY_URL": clerk_url,
        "CLERK_API_URL": clerk_url,
        # Empty, so that a real key in .env does not reach the local app.
        "CLERK_JWT_KEY": "",
        "CLERK_AUTHORIZED_PARTIES": "http://127.0.0.1:${PORT:-8000},http://localhost:${PORT:-8000}",
    }


def _workspace_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise IdentityInvalid(f"TINYBIRD_WORKSPACE_ID is not a UUID. {_FIX}") from error


def is_local(secret: str) -> bool:
    """Tell whether a secret carries the marker of local ones."""
    if secret.startswith("whsec_"):
        return _decoded(secret.removeprefix("whsec_")).startswith(MARKER.encode())
    prefix = "sk_test_" if secret.startswith("sk_") else "p."
    return secret.startswith(f"{prefix}{MARKER}_")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
