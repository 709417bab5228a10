"""The browser modules: `/roost.js`, `/roost-chart.js`, and the folder that both point to.

The folder is named by its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from roost.errors import AppError
from roost.http.browser import FOR_EVER
from roost.http.cross_origin import FILE_HEADERS
from roost.http.pages import TinybirdData
from roost.identity.tenancy import Tenancy

ENTRY_PATH: Final = "/roost.js"
# The chart element is a module of its own: who only reads does not load what draws.
CHART_PATH: Final = "/roost-chart.js"
# Below it: the hash, and the name of a file.
MODULES_PATH: Final = "/roost"

_FOLDER = Path(__file__).parent.parent / "browser"
_TYPES = {".js": "text/javascript; charset=utf-8", ".ts": "text/plain; charset=utf-8"}
_CHART_ENTRY = """\
// The chart element. The module has an address that changes with it.
export * from ".{module}";
"""
_ENTRY = """\
// What this app says of itself to its pages. The module has an address that changes with it.
import {{ createRoost as create }} from ".{module}";

export * from ".{module}";

export function createRoost(options) {{
  return create({{ ...{facts}, ...options }});
}}
"""


@dataclass(frozen=True, slots=True)
class ScriptAnswer:
    """A file, or that it is still the same (304)."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Entry:
    """A script that points to a module, and is asked for again each time."""

    def __init__(self, script: str) -> None:
        self._script = script.encode()
        self._tag = f'"{hashlib.sha256(self._script).hexdigest()[:16]}"'

    def answer(self, if_none_match: str | None) -> ScriptAnswer:
        """Answer the script, or that it is still the same.

        Args: if_none_match: the header of the request.
        """
        known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
        headers = {**FILE_HEADERS, "Cache-Control": "no-cache", "ETag": self._tag}
        if self._tag in known:
            return ScriptAnswer(304, b"", headers)
        return ScriptAnswer(200, self._script, {**headers, "Content-Type": _TYPES[".js"]})


class Scripts:
    """The browser modules of one app."""

    def __init__(self, tinybird: TinybirdData, tenancy: Tenancy) -> None:
        facts = json.dumps({"tenancy": tenancy, "tinybird": tinybird})
        self._entry = Entry(_ENTRY.format(module=address_of("roost.js"), facts=facts))
        self._chart = Entry(_CHART_ENTRY.format(module=address_of("roost-chart.js")))

    def entry(self, if_none_match: str | None) -> ScriptAnswer:
        """Answer `/roost.js`."""
        return self._entry.answer(if_none_match)

    def chart_entry(self, if_none_match: str | None) -> ScriptAnswer:
        """Answer `/roost-chart.js`."""
        return self._chart.answer(if_none_match)


def module_answer(digest: str, name: str) -> ScriptAnswer:
    """Answer a file of the module, which never changes under its address.

    Raises: AppError: `not-found` (404), also for the hash of another release.
    """
    modules = _modules()
    if digest != _digest() or name not in modules:
        raise AppError("not-found")
    own = {"Cache-Control": FOR_EVER, "Content-Type": _TYPES[Path(name).suffix]}
    return ScriptAnswer(200, modules[name], {**FILE_HEADERS, **own})


def module_addresses() -> list[str]:
    """Return where the scripts are, for a page that asks for them early."""
    modules = (address_of(name) for name in _modules() if name.endswith(".js"))
    return [ENTRY_PATH, CHART_PATH, *modules]


def address_of(name: str) -> str:
    """Return where a file of the module is, below the path of the app."""
    return f"{MODULES_PATH}/{_digest()}/{name}"


@cache
def _modules() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES
    }


@cache
def _digest() -> str:
    whole = hashlib.sha256()
    for name, body in _modules().items():
        whole.update(f"{name}\n{len(body)}\n".encode() + body)
    return whole.hexdigest()[:16]
