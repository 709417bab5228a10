"""What the tenant is called in a project: its column, and the parameter that endpoints take.

Lint and proof know one name. Of a project with others they read a copy that is written with theirs,
line for line, and what they say of it is written back.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError

TENANT = "tenant_id"
# What the project may call by the name that is taken for its tenant.
_OTHER = "tenant_id_of_theirs"
_TEMPLATED = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_QUOTED = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_COPIED = (".datasource", ".pipe", ".connection")
_SECRETS = (".env", ".env.local")
_SKIPPED = {"node_modules", "__pycache__"}
# These speak of the parameter, the others of the column.
_OF_PARAMETER = re.compile(
    r"(\w+\(tenant_id\)|\{\{[^}]*\}\}|parameter tenant_id|Array of tenant_id)"
)


class NameInvalid(UserError):
    """A name cannot be the tenant's in this project; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of the tenant's column and parameter."""

    column: str = TENANT
    parameter: str = TENANT

    @property
    def is_usual(self) -> bool:
        """Whether lint and proof can read the project as it is."""
        return self == USUAL

    def translated(self, text: str) -> str:
        """Write a datafile with the usual names, each line where it was."""
        pieces = _TEMPLATED.split(text)
        return "".join(
            self._in_template(piece) if n % 2 else _renamed(piece, self.column)
            for n, piece in enumerate(pieces)
        )

    def told(self, text: str, *, of_parameter: bool = False) -> str:
        """Write what was found with the project's own names.

        Args: of_parameter: it speaks of the parameter alone.
        """
        if of_parameter:
            return _word(TENANT).sub(self.parameter, text)
        names = (self.column, self.parameter)
        pieces = enumerate(_OF_PARAMETER.split(text))
        told = "".join(_word(TENANT).sub(names[n % 2], piece) for n, piece in pieces)
        return _word(_OTHER).sub(TENANT, told)

    def _in_template(self, piece: str) -> str:
        return "".join(
            _renamed(part, self.column if n % 2 else self.parameter)
            for n, part in enumerate(_QUOTED.split(piece))
        )


USUAL = Naming()


def add_naming_options(parser: argparse.ArgumentParser) -> None:
    """Let the command line name the tenant's column and parameter."""
    parser.add_argument(
        "--tenant-column", default=TENANT, metavar="NAME", help=f"default: {TENANT}"
    )
    parser.add_argument(
        "--tenant-parameter", metavar="NAME", help="what endpoints take; default: as the column"
    )


def naming_of(arguments: argparse.Namespace) -> Naming:
    """Return what the command line says.

    Raises: NameInvalid.
    """
    column = arguments.tenant_column
    naming = Naming(column, arguments.tenant_parameter or column)
    for name in (naming.column, naming.parameter):
        if not _IDENTIFIER.fullmatch(name):
            raise NameInvalid(f"{name!r} is no name of a column or parameter.")
    return naming


@contextmanager
def translated(folder: Path, naming: Naming) -> Generator[Path]:
    """Yield a copy of a data project with the usual names; `folder` itself where it has them.

    Raises: NameInvalid: a resource is called as the column is.
    """
    if naming.is_usual:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="devstack-named-") as made:
        # As long as the folder is called so too, what is said of its files is right.
        copy = Path(made, folder.resolve().name)
        copy.mkdir()
        for path in _files(folder):
            _refuse_namesake(path, naming)
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(naming.translated(path.read_text("utf-8")), "utf-8")
        for name in _SECRETS:
            if (folder / name).is_file():
                (copy / name).symlink_to((folder / name).resolve())
        yield copy


def _files(folder: Path) -> Generator[Path]:
    for parent, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in _SKIPPED and not name.startswith(".")]
        yield from (Path(parent, name) for name in files if Path(name).suffix in _COPIED)


def _refuse_namesake(path: Path, naming: Naming) -> None:
    if path.stem == naming.column:
        raise NameInvalid(
            f"{path.name} is called as the column {naming.column} is: nobody can tell them apart."
        )


def _renamed(text: str, name: str) -> str:
    if name == TENANT:
        return text
    return _word(name).sub(TENANT, _word(TENANT).sub(_OTHER, text))


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
