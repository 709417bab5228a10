"""The process environment and `.env` below it, read variable by variable."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")

# The spellings of Clerk's and Tinybird's Next.js template, accepted as well.
_PREFIX = "NEXT_PUBLIC_"
_PREFIXED = (
    "TINYBIRD_API_URL",
    "TINYBIRD_API_KEY",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_PROXY_URL",
    "CLERK_SIGN_IN_URL",
    "CLERK_SIGN_UP_URL",
    "CLERK_AFTER_SIGN_IN_URL",
    "CLERK_AFTER_SIGN_UP_URL",
)
# Whoever starts the process sets these; they never come from a file.
_OF_THE_PROCESS = ("PORT", "FRONTEND_MODE")


class SettingsInvalid(Exception):
    """Settings are missing or malformed; the text holds one sentence a line, and no secret."""


def read_values(
    environ: Mapping[str, str] | None = None, dotenv_path: Path | None = None
) -> dict[str, str]:
    """Return every variable as it is, of the process or else of the file.

    Raises: SettingsInvalid: if the file cannot be read.
    """
    environ = os.environ if environ is None else environ
    path = Path(".env") if dotenv_path is None else dotenv_path
    own = {name: environ.get(name, "") for name in _OF_THE_PROCESS}
    return {**_merge(environ, _read_file(path)), **own}


def _read_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # Where there is a file, which a container has not.

    try:
        values = dotenv_values(path, interpolate=False, encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsInvalid(f"{path} is not UTF-8: save it as UTF-8.") from None
    return {name: value or "" for name, value in values.items()}


def _merge(environ: Mapping[str, str], file: Mapping[str, str]) -> dict[str, str]:
    merged = {**file, **environ}
    for name in _PREFIXED:
        for layer in (environ, file):
            if name in layer or _PREFIX + name in layer:
                merged[name] = layer.get(name) or layer.get(_PREFIX + name, "")
                break
    return merged


class Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.problems: list[str] = []

    def required(self, name: str, parse: Callable[[str], _Value], mend: str) -> _Value | None:
        """Read a variable that must be there; a problem is noted and leaves None."""
        if not self._values.get(name, "").strip():
            self.problems.append(f"{name} is missing: {mend}.")
            return None
        return self.optional(name, parse, None)

    def optional(
        self, name: str, parse: Callable[[str], _Value], default: _Default
    ) -> _Value | _Default:
        """Read a variable; empty means unset, and a problem is noted."""
        text = self._values.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{name} {error}.")
            return default

    def check(self) -> None:
        """Do nothing if nothing is wrong.

        Raises: SettingsInvalid: with one sentence for each variable.
        """
        if self.problems:
            raise SettingsInvalid("\n".join(self.problems))
