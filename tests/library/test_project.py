"""How the library finds an app that the template did not make."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from roost import CatalogMissing, Product, ProductInvalid, served
from roost.cli import main
from roost.project import ProjectUnknown, find_project

from .conftest import ENVIRONMENT

POLICY = "GRANTS = ()\n"
HOST = """
import policy
from roost import Product
from roost.fastapi import Roost

roost = Roost(__name__, policy, product=Product("Acme", tenancy="user"))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of two modules that are installed nowhere, `host` and its policy."""
    (tmp_path / "pyproject.toml").write_text('[tool.roost]\napp = "host:app"\n')
    (tmp_path / "policy.py").write_text(POLICY)
    (tmp_path / "host.py").write_text(HOST)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("host", "policy"):
        sys.modules.pop(name, None)


def test_the_product_is_what_the_app_says(folder: Path) -> None:
    assert find_project().product == Product("Acme", tenancy="user")


def test_a_file_says_it_without_the_app(folder: Path) -> None:
    (folder / "product.json").write_text('{"name": "Filed", "tenancy": "organization"}')

    assert find_project().product == Product("Filed", tenancy="organization")
    assert "host" not in sys.modules


def test_what_needs_no_product_imports_no_app(folder: Path) -> None:
    find_project()

    assert "host" not in sys.modules


def test_an_app_without_a_product_is_told_what_to_write(folder: Path) -> None:
    (folder / "host.py").write_text("app = None\n")

    with pytest.raises(ProjectUnknown, match=r"no product\.json beside policy\.py, and host makes"):
        _ = find_project().product


def test_a_missing_list_of_endpoints_is_told_how_it_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CatalogMissing):
        _ = find_project().catalog
    monkeypatch.setattr("roost.project.load_settings", lambda: None)

    assert main(["check"]) == 1
    assert "`devstack endpoints --write` makes it" in capsys.readouterr().err


def test_a_missing_product_is_told_both_ways_to_say_it(folder: Path) -> None:
    (folder / "host.py").write_text(HOST.replace(', product=Product("Acme", tenancy="user")', ""))

    with pytest.raises(ProductInvalid, match=r"product\.json is missing: write it, or give Roost"):
        _ = find_project().product


@pytest.mark.parametrize("target", ["nowhere.app:app", "nowhere.deep.app:app"])
def test_a_package_that_is_missing_is_named_with_the_line_that_names_it(
    folder: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text(f'[tool.roost]\napp = "{target}"\n')

    assert main(["policy"]) == 1
    module = target.removesuffix(":app")
    assert capsys.readouterr().err.strip() == (
        f"{module.removesuffix('app')}policy is missing: it says who may read what. "
        f"[tool.roost] app names {module}."
    )


def test_what_is_no_app_is_not_served(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.roost]\napp = "host:roost"\n')
    find_project()

    with pytest.raises(SystemExit, match="names no app"):
        _ = served.app


@pytest.mark.parametrize("target", ["host:application", "host:make()", "elsewhere:app"])
def test_an_app_that_is_not_there_is_named_when_it_is_served(folder: Path, target: str) -> None:
    (folder / "pyproject.toml").write_text(f'[tool.roost]\napp = "{target}"\n')
    find_project()
    module, name = target.removesuffix("()").split(":")

    with pytest.raises(SystemExit) as refusal:
        _ = served.app
    assert str(refusal.value) == f"{module} has no {name}, which [tool.roost] app names."


def test_the_scripts_of_a_page_name_the_key_and_the_proxy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (ENVIRONMENT | {"CLERK_PROXY_URL": "https://clerk.example.com"}).items():
        monkeypatch.setenv(name, value)

    assert find_project().clerk_scripts == (
        '<script defer crossorigin="anonymous" '
        'src="https://clerk.example.com/npm/@clerk/ui@1/dist/ui.browser.js"></script>'
        '<script defer crossorigin="anonymous" '
        'src="https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js" '
        'data-clerk-publishable-key="pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk" '
        'data-clerk-proxy-url="https://clerk.example.com"></script>'
    )
