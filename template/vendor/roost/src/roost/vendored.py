"""Which files of `vendor/roost` differ from the release that they came with.

An edit there works, and updates merge it; with the package that may take this folder's place it
ends. `files.sha256`, which `sha256sum --check` reads as well, holds what the release wrote.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

MANIFEST = "files.sha256"
FOLDER = Path(__file__).parents[2]
# What tools write.
_IGNORED = ("__pycache__", "dist", "build")


def main() -> None:
    """Print a line for each file that differs, as a part of a project's lint."""
    for sentence in differences(FOLDER):
        print(sentence)


def differences(folder: Path) -> list[str]:
    """Return a sentence for each file of the library that is not the release's.

    Args: folder: the library's, with its manifest; one without a manifest is a package's.
    """
    if not (folder / MANIFEST).is_file():
        return []
    released, found = _parse((folder / MANIFEST).read_text()), _sums(folder)
    names = sorted(released.keys() | found.keys())
    return [
        f"{_shown(folder / name)} {_difference(name, released, found)}"
        for name in names
        if released.get(name) != found.get(name)
    ]


def manifest(folder: Path) -> str:
    """Return the text of `files.sha256` for the files of a library as they are."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(_sums(folder).items()))


def _difference(name: str, released: dict[str, str], found: dict[str, str]) -> str:
    if name not in found:
        return "is the library's and missing."
    if name not in released:
        return "is no file of the library: move it to your own package."
    return "differs from the release: updates merge your edit, a package would not."


def _parse(text: str) -> dict[str, str]:
    pairs = [line.split("  ", 1) for line in text.splitlines()]
    return {name: digest for digest, name in pairs}


def _sums(folder: Path) -> dict[str, str]:
    paths = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {
        name.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in paths.items()
        if name.as_posix() != MANIFEST and not any(map(_is_ignored, name.parts))
    }


def _is_ignored(part: str) -> bool:
    return part in _IGNORED or part.startswith(".") or part.endswith(".egg-info")


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    main()
