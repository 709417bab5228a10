"""Which files a page in React names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from roost.dashboard.pages import BuildMissing, Pages, is_hashed
from roost.errors import AppError
from roost.policy.product import ProductInvalid, parse_product

# An entry and a part import each other's part: Vite's chunks may form a ring.
MANIFEST = {
    "_both-1.js": {"file": "assets/both-1.js", "imports": ["_ring-2.js"], "css": ["assets/b.css"]},
    "_ring-2.js": {"file": "assets/ring-2.js", "imports": ["_both-1.js"]},
    "src/later.tsx": {"file": "assets/later-3.js", "isDynamicEntry": True},
    "src/main.tsx": {
        "file": "assets/main-4.js",
        "isEntry": True,
        "imports": ["_both-1.js", "_ring-2.js"],
        "dynamicImports": ["src/later.tsx"],
        "css": ["assets/a.css"],
    },
}


def write_manifest(dashboard: Path, manifest: object) -> None:
    file = dashboard / "static" / "app" / ".vite" / "manifest.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(manifest))


def test_a_page_names_the_entry_its_styles_and_each_part_that_it_imports(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)

    assert Pages(tmp_path, "react").files("dashboard.html", "built") == {
        "page_styles": ["/static/app/assets/a.css", "/static/app/assets/b.css"],
        "page_modules": ["/static/app/assets/both-1.js", "/static/app/assets/ring-2.js"],
        "page_scripts": ["/static/app/assets/main-4.js"],
    }


def test_one_page_is_shown_at_each_address_but_the_public_one(tmp_path: Path) -> None:
    pages = Pages(tmp_path, "react")

    for page in ("dashboard.html", "sign_in.html", "sign_up.html"):
        assert pages.template(page) == "roost/react.html"
    assert pages.template("public.html") == "roost/public.html"
    assert pages.files("public.html", "built") == {}


def test_the_pages_of_a_process_are_of_one_build(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    pages = Pages(tmp_path, "react")
    before = pages.files("dashboard.html", "built")

    (tmp_path / "static" / "app" / ".vite" / "manifest.json").write_text("{}")

    assert pages.files("sign_in.html", "built") == before


@pytest.mark.parametrize("manifest", [None, {}])
def test_without_a_build_each_page_says_what_to_run(tmp_path: Path, manifest: object) -> None:
    if manifest is not None:
        write_manifest(tmp_path, manifest)
    pages = Pages(tmp_path, "react")

    with pytest.raises(BuildMissing, match="run `uv run poe frontend`"):
        pages.check("built")
    with pytest.raises(AppError) as refused:
        pages.files("dashboard.html", "built")

    assert (refused.value.status, refused.value.code) == (503, "not-configured")
    assert refused.value.detail == "The page is not built: run `uv run poe frontend`."


def test_where_vite_serves_no_build_is_needed(tmp_path: Path) -> None:
    pages = Pages(tmp_path, "react")

    pages.check("dev")

    assert pages.files("dashboard.html", "dev")["page_scripts"] == [
        "/static/app/@vite/client",
        "/static/app/src/dev.ts",
        "/static/app/src/main.tsx",
    ]


def test_a_dashboard_needs_no_build(tmp_path: Path) -> None:
    pages = Pages(tmp_path, "dashboard")

    pages.check("built")

    assert pages.files("dashboard.html", "built") == {}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("app/assets/main-4.js", True),
        ("app/.vite/manifest.json", False),
        ("css/tokens.css", False),
        ("other/app/assets/main-4.js", False),
    ],
)
def test_only_what_vite_has_named_by_its_content_is_kept(name: str, kept: bool) -> None:
    assert is_hashed(name) is kept


def test_a_product_says_what_its_pages_are_made_of() -> None:
    said = '{"name": "Acme", "tenancy": "user"%s}'

    assert parse_product(said % "").frontend == "dashboard"
    assert parse_product(said % ', "frontend": "react"').frontend == "react"
    with pytest.raises(ProductInvalid, match='frontend must be "dashboard" or "react"'):
        parse_product(said % ', "frontend": "vue"')
