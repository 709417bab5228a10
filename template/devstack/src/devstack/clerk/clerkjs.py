"""ClerkJS itself: fetched once from npm at pinned versions, kept in the user's cache."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..node import npm_command

_FETCH_TIMEOUT_S = 300


class ClerkJsUnavailable(UserError):
    """ClerkJS cannot be fetched or is not what was pinned; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package of npm's scope @clerk: its version, its integrity, its files for browsers.

    Args: integrity: sha512 of the tarball, as the npm registry's metadata has it.
        chunks: how the names of the lazily loaded files of this build end.
    """

    package: str
    version: str
    integrity: str
    entry: str
    chunks: str

    @property
    def spec(self) -> str:
        """Return what `npm pack` is asked for."""
        return f"@clerk/{self.package}@{self.version}"

    @property
    def tarball(self) -> str:
        """Return the file name that `npm pack` writes."""
        return f"clerk-{self.package}-{self.version}.tgz"

    def has(self, name: str) -> bool:
        """Tell whether `name` is a file that browsers may load."""
        return name == self.entry or name.endswith(self.chunks)


# A new version is tried in a real browser first: the Frontend API is undocumented, and the
# names of the chunks carry the version and a hash of the build.
PINS = (
    Pin(
        package="clerk-js",
        version="6.40.0",
        integrity="sha512-2MnZ/ygvuCmeuqfXQmsxfQaLN/SSJvQbtT2cLXbgr5VKr3KmZFZBVvX977fG3eZ6"
        "pprl4J9pO+I2bbe6BvColg==",
        entry="clerk.browser.js",
        chunks="_clerk.browser_a68c22_6.40.0.js",
    ),
    Pin(
        package="ui",
        version="1.36.0",
        integrity="sha512-uI96zYCh5jISLOt1mdpIPy/Y31P0kwFxjUFOxLUwFfTHFmGUcRjbqN6bbb+75tdI"
        "2Bz6ARGws3rhspDer+xIfQ==",
        entry="ui.browser.js",
        chunks="_ui_58d0c7_1.36.0.js",
    ),
)


def cache_dir() -> Path:
    """Return where ClerkJS is kept: ROOST_CACHE, or `roost` in the user's cache folder."""
    own = os.environ.get("ROOST_CACHE")
    shared = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return (Path(own) if own else Path(shared) / "roost") / "clerkjs"


def package_dir(pin: Pin) -> Path:
    """Return the folder that holds the files of one package, once they are fetched."""
    return cache_dir() / f"{pin.package}-{pin.version}"


def fetch_clerkjs(progress: Callable[[str], None]) -> Path:
    """Fetch ClerkJS unless the cache has it, and return the cache's folder.

    Asks for no network when the cache is complete.
    Args: progress: called with a sentence before anything is fetched.
    Raises: ClerkJsUnavailable: npm cannot reach its registry, or a file is not the pinned one.
    """
    missing = [pin for pin in PINS if not (package_dir(pin) / pin.entry).is_file()]
    if missing:
        cache_dir().mkdir(parents=True, exist_ok=True)
        names = " and ".join(pin.spec for pin in missing)
        progress(f"Fetching {names} from npm (about 7 MB, once) ...")
        with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
            _npm_pack(missing, Path(folder), progress)
            for pin in missing:
                install(pin, Path(folder) / pin.tarball)
    return cache_dir()


def install(pin: Pin, tarball: Path) -> None:
    """Unpack the browser files of a tarball into the cache, all of them or none.

    Raises: ClerkJsUnavailable: its integrity is not the pinned one.
    """
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != pin.integrity:
        raise ClerkJsUnavailable(
            f"The tarball of {pin.spec} is not the pinned one, so nothing was installed: "
            "whatever answers as npm's registry here serves other bytes."
        )
    with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
        unpacked = Path(folder) / "files"
        unpacked.mkdir()
        _unpack(pin, tarball, unpacked)
        if not package_dir(pin).exists():
            unpacked.rename(package_dir(pin))


def _unpack(pin: Pin, tarball: Path, target: Path) -> None:
    with tarfile.open(tarball) as archive:
        for member in archive:
            folder, _, name = member.name.rpartition("/")
            wanted = folder == "package/dist" and pin.has(name)
            content = archive.extractfile(member) if wanted or name == "LICENSE" else None
            if content is not None:
                (target / name).write_bytes(content.read())


def _npm_pack(pins: list[Pin], folder: Path, progress: Callable[[str], None]) -> None:
    specs = [pin.spec for pin in pins]
    command = [*npm_command(progress), "pack", "--ignore-scripts", "--silent", *specs]
    try:
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, timeout=_FETCH_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ClerkJsUnavailable(
            f"npm could not fetch {' '.join(specs)}. This needs the network once: connect, check "
            f"the registry with `npm ping`, and run the command again. ({_last_words(error)})"
        ) from error


def _last_words(error: Exception) -> str:
    output = getattr(error, "stderr", None) or b""
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else str(error)
