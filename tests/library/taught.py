"""The page that teaches an owner to write routes: its code, and what each route then does."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from .described import CALLER, CHANGES, NOBODY, SESSION, TENANT, Json, asked
from .rooms import ADMIN, JUNK, MEMBER, TEMPLATE, Bearer

# Sends a request by method, path and headers; returns the status.
Ask = Callable[[str, str, dict[str, str]], int]

LIBRARY_DOCS = TEMPLATE / "vendor" / "roost" / "docs"
_REPORT = "/api/reports/4"
CHANGE = ("/api/reports/{number}", "delete")


def run_page(backend: str, folder: Path, **names: object) -> dict[str, Any]:
    """Run all code of a backend's page as one module that has `names`; return what it defines."""
    (page,) = TEMPLATE.glob(f"docs/*backend == '{backend}'*routes.md*")
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text("utf-8"))
    source = folder / "taught.py"
    source.write_text("\n\n".join(blocks), "utf-8")
    spec = importlib.util.spec_from_file_location(f"taught_{backend}", source)
    assert spec is not None
    assert spec.loader is not None
    # Where Litestar looks for what the annotations of a route mean.
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    module.__dict__.update(names)
    spec.loader.exec_module(module)
    return vars(module)


def run_snippet(page: str, file: str, **names: object) -> dict[str, Any]:
    """Run what a page of the library's documentation has for a file; return what it defines."""
    text = (LIBRARY_DOCS / f"{page}.md").read_text("utf-8")
    blocks = re.findall(rf"(?ms)^```python {re.escape(file)}\n(.*?)^```", text)
    assert blocks, file
    module = ModuleType(page)
    vars(module).update(names)
    exec(compile("\n\n".join(blocks), page, "exec"), vars(module))
    return vars(module)


def check_document(document: Json, change: tuple[str, str] = CHANGE) -> None:
    """Assert that the document says what each route of the page asks for.

    Args: change: address and method of the one that changes something.
    """
    expected = {
        ("/api/plans", "get"): NOBODY,
        ("/api/welcome", "get"): CALLER,
        ("/api/profile", "get"): SESSION,
        ("/api/reports/{number}", "get"): TENANT,
        change: CHANGES,
        ("/api/busiest", "get"): TENANT,
        ("/api/secret", "get"): TENANT,
    }
    paths = document["paths"]
    found = {(path, method): asked(paths[path][method]) for path, method in expected}
    for _, refused in found.values():
        # A number that cannot be read is refused by frameworks that look at it.
        refused.pop("400", None)
    assert found == expected


def check_answers(ask: Ask, bearer: Bearer, change: tuple[str, str] = CHANGE) -> None:
    """Assert that each route of the page answers those whom it is for, and nobody else."""
    member, admin = bearer(o=MEMBER), bearer(o=ADMIN)

    assert [ask("GET", "/api/plans", headers) for headers in ({}, JUNK, member)] == [200] * 3
    assert [ask("GET", "/api/welcome", headers) for headers in ({}, JUNK)] == [200, 401]
    for path in ("/api/welcome", "/api/profile", _REPORT, "/api/busiest"):
        assert ask("GET", path, member) == 200, path
    for path in ("/api/profile", _REPORT, "/api/busiest", "/api/secret"):
        assert ask("GET", path, {}) == 401, path
    for path in (_REPORT, "/api/busiest", "/api/secret"):
        # The tenancy of the tests is that of organizations.
        assert ask("GET", path, bearer(o=None)) == 403, path
    assert ask("GET", "/api/secret", member) == 404
    address, method = change[0].format(number=4), change[1].upper()
    assert [ask(method, address, headers) for headers in ({}, member)] == [401, 403]
    assert ask(method, address, admin) in (200, 204)
