"""What moved where: files, and so the names under which Python imports them."""

from __future__ import annotations

import json
from pathlib import Path

LIBRARY = "vendor/roost/src/roost"
# A path below one of these begins the name of a module.
ROOTS = ("vendor/roost/src/", "devstack/src/", "src/")


class Moves:
    """The table `moves.json` for one project."""

    def __init__(self, package: str, backend: str) -> None:
        table = json.loads(Path(__file__).with_name("moves.json").read_text())
        owners = f"src/{package}"
        to_library = table["library"] | table["frameworks"].get(backend, {})
        self.files = {f"{owners}/{old}": f"{LIBRARY}/{new}" for old, new in to_library.items()}
        inside = table["inside"].get(backend, {})
        self.files |= {f"{owners}/{old}": f"{owners}/{new}" for old, new in inside.items()}
        self.files |= table["project"]
        self.kept = [f"{owners}/{name}" for name in table["kept"]]
        self.replaced: dict[str, str] = table["replaced"]
        # Copier has merged nothing into a file that another one took the place of.
        self.taken = {old for old in self.files if old in self.files.values()}
        self.modules = {
            module_of(old): module_of(new)
            for old, new in self.files.items()
            if old.endswith(".py") and new.endswith(".py")
        }


def module_of(name: str) -> str:
    """Return the name under which Python imports a file."""
    root = next((root for root in ROOTS if name.startswith(root)), "")
    return name.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def file_of(module: str) -> Path | None:
    """Return the file of a module of this project, None where it has none."""
    for root in (*ROOTS, ""):
        path = Path(root, *module.split("."))
        for found in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            if found.is_file():
                return found
    return None
