"""The pages of an app's `dashboard/`: the template of each, and the files that React's names.

Vite builds a React page; while `poe dev` runs, Vite itself serves what the page is made of.
Source: https://vite.dev/guide/backend-integration
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NotRequired, TypedDict

from roost.errors import AppError
from roost.policy.product import Frontend
from roost.variables import FrontendMode

# Vite's `base`, and the folder that it builds into.
_BASE = "/static/app"
_BUILD = Path("static") / "app"
_ENTRY = "src/main.tsx"
# The last is the page; before it comes what Vite needs in a browser.
_IN_DEV = ("@vite/client", "src/dev.ts", _ENTRY)
_HASHED = "app/assets/"
# One page for all three addresses: it tells them apart by itself.
_REACT = "react.html"
_OF_REACT = frozenset({"dashboard.html", "sign_in.html", "sign_up.html"})


class BuildMissing(Exception):
    """There is no build of the React page; the sentence says what to run."""

    def __init__(self) -> None:
        super().__init__("The page is not built: run `uv run poe frontend`.")


class PageFiles(TypedDict):
    """What a React page names, as paths below the app's own: modules and stylesheets.

    page_modules: what its scripts import, to be asked for early.
    """

    page_styles: list[str]
    page_modules: list[str]
    page_scripts: list[str]


class _Chunk(TypedDict):
    """A part of a build, in Vite's manifest."""

    file: str
    css: NotRequired[list[str]]
    imports: NotRequired[list[str]]


class Pages:
    """The pages of one app.

    Args: dashboard: the app's folder.
    """

    def __init__(self, dashboard: Path, frontend: Frontend) -> None:
        self._dashboard = dashboard
        self._frontend = frontend

    def template(self, page: str) -> str:
        """Return the name of a page's template: the app's own file, or else the library's.

        Args: page: such as `sign_in.html`.
        """
        name = _REACT if self._is_of_react(page) else page
        own = self._dashboard / "templates" / name
        return name if own.is_file() else f"roost/{name}"

    def files(self, page: str, mode: FrontendMode) -> Mapping[str, object]:
        """Return the `PageFiles` of a React page, as variables of its template; none of another.

        Raises: AppError: `not-configured` (503) if it is not built.
        """
        if not self._is_of_react(page):
            return {}
        try:
            return {**self._files(mode)}
        except BuildMissing as error:
            raise AppError("not-configured", str(error)) from error

    def check(self, mode: FrontendMode) -> None:
        """Do nothing if every page can be shown. Raises: BuildMissing."""
        if self._frontend == "react":
            self._files(mode)

    def _is_of_react(self, page: str) -> bool:
        return self._frontend == "react" and page in _OF_REACT

    def _files(self, mode: FrontendMode) -> PageFiles:
        if mode == "dev":
            return PageFiles(page_styles=[], page_modules=[], page_scripts=_addresses(_IN_DEV))
        return self._built

    # Once, so that the pages of a process name files of one build.
    @cached_property
    def _built(self) -> PageFiles:
        manifest = self._dashboard / _BUILD / ".vite" / "manifest.json"
        chunks = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
        if _ENTRY not in chunks:
            raise BuildMissing
        return _read(chunks)


def is_hashed(name: str) -> bool:
    """Tell whether a file has an address that changes with it.

    Args: name: below the app's `static/`.
    """
    return name.startswith(_HASHED)


def _read(chunks: Mapping[str, _Chunk]) -> PageFiles:
    entry, *imported = [chunks[name] for name in _with_imports(_ENTRY, chunks)]
    styles = [style for chunk in (entry, *imported) for style in chunk.get("css", [])]
    return PageFiles(
        page_styles=_addresses(dict.fromkeys(styles)),
        page_modules=_addresses(chunk["file"] for chunk in imported),
        page_scripts=_addresses([entry["file"]]),
    )


def _with_imports(entry: str, chunks: Mapping[str, _Chunk]) -> list[str]:
    # Parts may import each other in a ring.
    found = [entry]
    for name in found:
        found += [each for each in chunks[name].get("imports", []) if each not in found]
    return found


def _addresses(names: Iterable[str]) -> list[str]:
    return [f"{_BASE}/{name}" for name in names]
