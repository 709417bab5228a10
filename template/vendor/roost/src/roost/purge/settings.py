"""What the purge needs beyond the app's settings; nothing that serves requests reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from roost.environment import Reader, SettingsInvalid, read_values
from roost.settings import MUST_DIFFER, Settings, load_settings
from roost.variables import parse_days, parse_token

DEFAULT_GRACE_DAYS = 7
_MEND = "make a static ADMIN token for it"


@dataclass(frozen=True, slots=True)
class PurgeSettings:
    """The app's settings, the token that may delete, and how long deleted tenants are kept."""

    app: Settings
    admin_token: str = field(repr=False)
    grace_days: int


def load_purge_settings(
    grace_days: int | None = None,
    environ: Mapping[str, str] | None = None,
    dotenv_path: Path | None = None,
) -> PurgeSettings:
    """Read the process environment, and `.env` below it.

    Args: grace_days: in place of PURGE_GRACE_DAYS.
    Raises: SettingsInvalid: naming what is missing or malformed.
    """
    app = load_settings(environ, dotenv_path)
    if not app.clerk_secret_key:
        raise SettingsInvalid("CLERK_SECRET_KEY is missing: the purge asks Clerk who is gone.")
    reader = Reader(read_values(environ, dotenv_path))
    admin_token = reader.required("TINYBIRD_ADMIN_TOKEN", parse_token, _MEND)
    if admin_token == app.token_rules.secret:
        reader.problems.append(f"TINYBIRD_ADMIN_TOKEN {MUST_DIFFER}.")
    days = reader.optional("PURGE_GRACE_DAYS", parse_days, DEFAULT_GRACE_DAYS)
    reader.check()
    return PurgeSettings(app, admin_token or "", days if grace_days is None else grace_days)
