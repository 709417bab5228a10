"""What the purge needs beyond the app's settings; nothing that serves requests reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from roost.settings import MUST_DIFFER, Settings, SettingsInvalid, load_settings, read_values
from roost.variables import parse_days, parse_token

_Value = TypeVar("_Value")

DEFAULT_GRACE_DAYS = 7


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
    values = read_values(environ, dotenv_path)
    admin_token = _read(values, "TINYBIRD_ADMIN_TOKEN", parse_token, "")
    _check_admin_token(admin_token, app)
    days = _read(values, "PURGE_GRACE_DAYS", parse_days, DEFAULT_GRACE_DAYS)
    return PurgeSettings(app, admin_token, days if grace_days is None else grace_days)


def _read(
    values: Mapping[str, str], name: str, parse: Callable[[str], _Value], default: _Value
) -> _Value:
    text = values.get(name, "").strip()
    try:
        return parse(text) if text else default
    except ValueError as error:
        raise SettingsInvalid(f"{name} {error}.") from None


def _check_admin_token(token: str, app: Settings) -> None:
    if not token:
        raise SettingsInvalid("TINYBIRD_ADMIN_TOKEN is missing: make a static ADMIN token for it.")
    if token == app.token_rules.secret:
        raise SettingsInvalid(f"TINYBIRD_ADMIN_TOKEN {MUST_DIFFER}.")
