"""The browser module: `/roost.js`, and the folder named by its hash that it points to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from roost.errors import AppError
from roost.http.cross_origin import FILE_HEADERS
from roost.http.pages import TinybirdData
from roost.identity.tenancy import Tenancy

ENTRY_PATH: Final = "/roost.js"
# Below it: the hash, and the name of a file.
MODULES_PATH: Final = "/roost"

_FOLDER = Path(__file__).parent.parent / "browser"
_TYPES = {".js": "text/javascript; charset=utf-8", ".ts": "text/plain; charset=utf-8"}
_FOR_EVER = {**FILE_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
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


class Scripts:
    """The browser module of one app."""

    def __init__(self, tinybird: TinybirdData, tenancy: Tenancy) -> None:
        facts = json.dumps({"tenancy": tenancy, "tinybird": tinybird})
        self._entry = _ENTRY.format(module=address_of("roost.js"), facts=facts).encode()
        self._tag = f'"{hashlib.sha256(self._entry).hexdigest()[:16]}"'

    def entry(self, if_none_match: str | None) -> ScriptAnswer:
        """Answer `/roost.js`, which is asked for again each time.

        Args: if_none_match: the header of the request.
        """
        known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
        headers = {**FILE_HEADERS, "Cache-Control": "no-cache", "ETag": self._tag}
        if self._tag in known:
            return ScriptAnswer(304, b"", headers)
        return ScriptAnswer(200, self._entry, {**headers, "Content-Type": _TYPES[".js"]})


def module_answer(digest: str, name: str) -> ScriptAnswer:
    """Answer a file of the module, which never changes under its address.

    Raises: AppError: `not-found` (404), also for the hash of another release.
    """
    modules = _modules()
    if digest != _digest() or name not in modules:
        raise AppError("not-found")
    headers = {**_FOR_EVER, "Content-Type": _TYPES[Path(name).suffix]}
    return ScriptAnswer(200, modules[name], headers)


def module_addresses() -> list[str]:
    """Return where the scripts are, for a page that asks for them early."""
    return [ENTRY_PATH, *(address_of(name) for name in _modules() if name.endswith(".js"))]


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
