"""A page that Vite builds: its packages, and Vite as the server that `dev` puts before the app."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ..errors import UserError
from ..node import vite_commands
from .processes import Child, StartFailed, run_to_its_end
from .progress import say, step
from .services import without_identity

_VITE = Path("node_modules") / "vite" / "bin" / "vite.js"
# npm writes the second when it has installed all that the first names.
_WANTED, _INSTALLED = "package-lock.json", Path("node_modules") / ".package-lock.json"
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


class NoFrontend(UserError):
    """The project has no page that Vite builds."""


def install(folder: Path) -> None:
    """Install what `package-lock.json` names, unless that is done already.

    Raises: StartFailed: npm could not.
    """
    if _stamp(folder / _INSTALLED) >= _stamp(folder / _WANTED):
        return
    _, npm = vite_commands(say)
    with step("Installing the page's packages"):
        code, printed = run_to_its_end([*npm, *_INSTALL], folder, _environ(), kept=True)
        if code != 0:
            raise StartFailed(f"`npm ci` in {folder.name}/ failed:\n{printed.strip()}")


def vite(folder: Path, port: int, app_port: int, show: Callable[[str, str], None]) -> Child:
    """Describe Vite's server, which answers for its own files and asks the app for all else.

    Args: port: where browsers reach the product.  app_port: where the app listens.
    """
    node, _ = vite_commands(say)
    environ = _environ() | {"PORT": str(port), "APP_PORT": str(app_port)}
    # Its own ready line would name an address where no page is.
    return Child("page", [*node, str(_VITE), "--logLevel", "warn"], environ, folder, show)


def npm(folder: Path | None, arguments: list[str]) -> NoReturn:
    """Replace this process by npm in the page's folder, whose packages are installed first.

    Raises: NoFrontend, StartFailed.
    """
    if folder is None:
        raise NoFrontend("This project has no page that npm builds: [tool.devstack] frontend.")
    install(folder)
    _, command = vite_commands(say)
    os.chdir(folder)
    os.execvpe(command[0], [*command, *arguments], _environ())


def _environ() -> dict[str, str]:
    # What runs here is other people's code: no key is even near it.
    return without_identity(os.environ)


def _stamp(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
