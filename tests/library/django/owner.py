"""The owner's side of a Django project, as a render has it, in a package that tests can import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..rooms import DASHBOARD, PRODUCT, TEMPLATE

PACKAGE = "owners_django"


def write_package(folder: Path) -> None:
    """Write PACKAGE into a folder: the template's files, none of which holds template syntax."""
    package = folder / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("settings", "urls", "views", "wsgi"):
        (source,) = TEMPLATE.glob(f"*backend == 'django'*src*/*/{name}.py")
        shutil.copy(source, package / f"{name}.py")
    for name in ("policy.py", "endpoints.json"):
        (source,) = TEMPLATE.glob(f"src/*/*product_analytics*{name}*")
        shutil.copy(source, package / name)
    product = {"name": PRODUCT.name, "tenancy": PRODUCT.tenancy}
    (package / "product.json").write_text(json.dumps(product))
    shutil.copytree(DASHBOARD, package / "dashboard")
