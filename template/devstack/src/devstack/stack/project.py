"""What the devstack needs to know of the project it serves: `[tool.devstack]`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError


class ProjectInvalid(UserError):
    """The current directory holds no project that the devstack can serve."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its root, its data project and the commands of its app.

    `app`: starts the web app, reloading, on `$PORT`; `ready`: the path that answers 200 then;
    `catalog`: where the list of endpoints is kept; `policy`: prints who may read what. Empty where
    a project has none of it: `prepare`: what the app needs on disk before it starts; `seed`: sends
    the demo events; `provision`: puts into Clerk what the app needs there. `clerk`: further options
    of the local Clerk; `has_container`: Tinybird runs in one, of `compose.yaml`; `is_strict`: the
    lint's warnings are errors; `opens`: the paths that somebody may open, where there is no page at
    the root; `frontend`: the folder of a page that Vite builds; `types`: where the endpoints are
    declared for its type check; `apart`: where identity and state are, if not at the root. A data
    project that stands alone has no commands.
    """

    root: Path
    tinybird: Path
    catalog: Path
    app: str
    policy: str
    prepare: str = ""
    seed: str = ""
    ready: str = "/readyz"
    clerk: tuple[str, ...] = ()
    provision: str = ""
    has_container: bool = False
    is_strict: bool = False
    opens: tuple[str, ...] = ()
    frontend: Path | None = None
    types: Path | None = None
    apart: Path | None = None

    @property
    def home(self) -> Path:
        """The folder that holds `.env.local`."""
        return self.apart or self.root

    @property
    def state(self) -> Path:
        """The git-ignored folder with the data of the local services."""
        return self.home / ".devstack"

    @property
    def problems(self) -> Path:
        """The file that says why the data project does not build; missing while it does."""
        return self.state / "build-problems"


def read_project(root: Path) -> Project:
    """Read `[tool.devstack]` of the project in `root`.

    Raises: ProjectInvalid: there is no such table, or a key of it is missing.
    """
    if not (root / "pyproject.toml").exists():
        raise ProjectInvalid("No pyproject.toml here: run this in the project's root.")
    table = _table(root)
    if table is None:
        raise ProjectInvalid("pyproject.toml has no [tool.devstack] table.")
    try:
        return Project(
            root=root,
            tinybird=root / table["tinybird"],
            catalog=root / table["catalog"],
            app=table["app"],
            policy=table["policy"],
            prepare=table.get("prepare", ""),
            seed=table.get("seed", ""),
            ready=table.get("ready", "/readyz"),
            clerk=tuple(table.get("clerk", ())),
            provision=table.get("provision", ""),
            has_container=table.get("container", False),
            is_strict=_is_strict(table.get("lint", {})),
            opens=tuple(table.get("opens", ())),
            frontend=root / table["frontend"] if "frontend" in table else None,
            types=root / table["types"] if "types" in table else None,
        )
    except KeyError as error:
        raise ProjectInvalid(f"[tool.devstack] in pyproject.toml lacks {error}.") from None


def read_data_project(root: Path) -> Project:
    """Read `[tool.devstack]`; where there is no such table, `root` is a data project alone.

    Raises: ProjectInvalid: a key of the table is missing.
    """
    if is_served(root):
        return read_project(root)
    return Project(root, data_project_of(root), root / "endpoints.json", app="", policy="")


def data_project_of(root: Path) -> Path:
    """Return the folder of the datafiles: `tinybird/` unless they are elsewhere in `root`."""
    inner = root / "tinybird"
    is_inner = inner.is_dir() and (_has_datafiles(inner) or not _has_datafiles(root))
    return inner if is_inner else root


def is_served(root: Path) -> bool:
    """Tell whether the project in `root` was made to run on the devstack."""
    return _table(root) is not None


def _has_datafiles(folder: Path) -> bool:
    return any(any(folder.rglob(pattern)) for pattern in ("*.datasource", "*.pipe"))


def _table(root: Path) -> dict[str, Any] | None:
    path = root / "pyproject.toml"
    text = path.read_text() if path.exists() else ""
    return tomllib.loads(text).get("tool", {}).get("devstack")


def _is_strict(table: Mapping[str, object]) -> bool:
    strict = table.get("strict", False)
    if not isinstance(strict, bool):
        raise ProjectInvalid("strict of [tool.devstack.lint] in pyproject.toml is true or false.")
    return strict
