"""0.4.0 moves what no owner writes into the library, `vendor/roost`, and the tests of it out.

Runs in the project after Copier has merged what stayed in its place; its argument is the
template's clone. README.md of the folder above says what a migration may do; `moves.json` says
what went where.
"""

from __future__ import annotations

import sys
from pathlib import Path

from carrying import carry
from history import Project
from moves import Moves
from own_files import name_dead_imports, name_unseen_tests, rewrite_own_files
from pages import keep_pages, rewrite_own_pages
from settings import settle


def main(template: Path) -> None:
    """Carry every edit of the owner to where its lines are now, or say where they can be seen."""
    project = Project(template)
    moves = Moves(project.package, project.backend)
    said = [
        *settle(project.package),
        *keep_pages(project, moves),
        *carry(project, moves),
        *rewrite_own_files(project, moves),
        *rewrite_own_pages(project, moves),
        *name_dead_imports(project),
        *name_unseen_tests(project),
    ]
    print(*said, sep="\n", end="\n" if said else "", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
