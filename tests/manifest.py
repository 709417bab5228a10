"""Write the list of the library's files and their sums anew, after a change of the library."""

from __future__ import annotations

from roost.vendored import MANIFEST, manifest

from .rendering import REPOSITORY

LIBRARY = REPOSITORY / "template" / "vendor" / "roost"


def main() -> None:
    """Write `files.sha256`, by which a project's lint names what its owner has edited."""
    (LIBRARY / MANIFEST).write_text(manifest(LIBRARY))


if __name__ == "__main__":
    main()
