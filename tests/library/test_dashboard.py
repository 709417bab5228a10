"""The dashboard's files, and the page that says what an app may rely on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import roost
from jinja2 import Environment, FileSystemLoader
from roost.dashboard import STATIC, TEMPLATES, template_folders
from roost.dashboard.pages import Pages
from roost.http.pages import page_context, page_data
from roost.identity.tenancy import Tenancy
from roost.policy.product import Product
from roost.settings import Settings

from .rooms import DASHBOARD

PACKAGE = Path(roost.__file__).parent
CONTRACT = (PACKAGE.parents[1] / "docs" / "dashboard.md").read_text()
TEMPLATE_TEXTS = {path.name: path.read_text() for path in (TEMPLATES / "roost").iterdir()}
SCRIPT_TEXTS = {path.name: path.read_text() for path in (STATIC / "js").iterdir()}


def test_the_apps_own_template_is_taken_if_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "sign_in.html").touch()

    pages = Pages(tmp_path, "dashboard")

    assert pages.template("sign_in.html") == "sign_in.html"
    assert pages.template("sign_up.html") == "roost/sign_up.html"
    assert template_folders(tmp_path) == [tmp_path / "templates", TEMPLATES]


@pytest.mark.parametrize("page", ["dashboard.html", "sign_in.html", "sign_up.html", "public.html"])
def test_the_library_has_every_page(tmp_path: Path, page: str) -> None:
    for frontend in ("dashboard", "react"):
        assert (TEMPLATES / Pages(tmp_path, frontend).template(page)).is_file()


def test_templates_and_scripts_name_files_that_are_there() -> None:
    for text in TEMPLATE_TEXTS.values():
        for name in re.findall(r'{% (?:extends|include) "(.+?)" %}', text):
            assert (TEMPLATES / name).is_file(), name
        for name in re.findall(r"/static/roost/([\w./-]+)", text):
            assert (STATIC / name).is_file(), name
    imported = re.compile(r'(?:^import .* from |await import\()"\./(.+?)"', re.MULTILINE)
    for text in SCRIPT_TEXTS.values():
        for name in imported.findall(text):
            assert {name, name.replace(".js", ".d.ts")} & SCRIPT_TEXTS.keys(), name


def test_no_script_is_inline() -> None:
    for name, text in TEMPLATE_TEXTS.items():
        for attributes in re.findall(r"<script([^>]*)>", text):
            assert "src=" in attributes or 'type="application/json"' in attributes, name
        assert not re.search(r"\son\w+=|javascript:", text), name


def test_the_contract_names_every_block() -> None:
    blocks = {name for text in TEMPLATE_TEXTS.values() for name in _blocks(text)}

    assert blocks == {
        *("title", "styles", "clerk", "scripts", "brand", "header", "account", "content"),
        *("landing", "choose", "dashboard", "page"),
    }
    assert [name for name in blocks if f"`{name}`" not in CONTRACT] == []


def test_the_contract_names_every_id_that_a_script_looks_up() -> None:
    looked_up = re.compile(r'(?:getElementById|element|copyOf)\("([a-z-]+)"\)')
    ids = {name for text in SCRIPT_TEXTS.values() for name in looked_up.findall(text)}
    shown = {name for text in TEMPLATE_TEXTS.values() for name in re.findall(r'id="(.+?)"', text)}

    # Made when it is first shown.
    ids.remove("tooltip")
    assert {"filters", "banner", "table-template"} <= ids <= shown
    assert [name for name in ids if f"`{name}`" not in CONTRACT] == []


def test_the_contract_names_every_template() -> None:
    assert [name for name in TEMPLATE_TEXTS if f"`roost/{name}`" not in CONTRACT] == []


def test_the_scripts_offer_what_the_contract_says() -> None:
    for module, name in re.findall(r"\| `(\w+\.js)` \| `(\w+)\(", CONTRACT):
        assert re.search(rf"^export .*\b{name}\b", SCRIPT_TEXTS[module], re.MULTILINE), name


@pytest.mark.parametrize(
    ("tenancy", "whose"),
    [
        ("organization", "Your data is for you and your team, and for nobody else."),
        ("user", "Your data is for you, and for nobody else."),
    ],
)
def test_who_signs_in_without_an_organization_is_told_of_no_team(
    settings: Settings, tenancy: Tenancy, whose: str
) -> None:
    data = page_data(settings, Product("Sample", tenancy), None)
    engine = Environment(loader=FileSystemLoader(template_folders(DASHBOARD)), autoescape=True)

    page = engine.get_template("dashboard.html").render(page_context("Sample", data, [], "", []))

    assert whose in " ".join(page.split())
    assert ("team" in page) is (tenancy == "organization")


def test_what_a_member_without_events_reads_is_said_to_a_customer() -> None:
    shown = TEMPLATE_TEXTS["getting_started.html"]

    assert 'id="expected-events-list"' in shown
    assert [word for word in ("uv run", "curl", "token", "<pre") if word in shown] == []


def test_the_page_reports_events_of_its_own_only_where_it_is_asked_to() -> None:
    sent = [name for name, text in SCRIPT_TEXTS.items() if re.search(r"\btrack\(", text)]

    assert sorted(sent) == ["events.js", "page.js"]
    assert SCRIPT_TEXTS["page.js"].count(" track(") == 1
    assert "if (this.parts.reportsUse) track(event, properties);" in SCRIPT_TEXTS["page.js"]


def _blocks(text: str) -> list[str]:
    return re.findall(r"{% block (\w+) %}", text)
