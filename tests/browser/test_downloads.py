"""The CSV of a chart opens in a spreadsheet without running what somebody has sent as a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import INITECH, Product, send_rows
from .steps import open_as, wait_for_tenant

pytestmark = pytest.mark.slow

# The module has an address that changes with it.
MODULE = """
  const entry = await (await fetch('/roost-chart.js')).text();
  const [folder] = entry.match(/[/]roost[/][0-9a-f]+[/]/);
  const { withoutFormulas } = await import(`${folder}csv.js`);
"""
SAFE = f"async (csv) => {{ {MODULE} return withoutFormulas(csv); }}"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "a;=1", 'a";"=1')


def test_a_text_that_looks_like_a_formula_is_none_in_the_file(page: Page, product: Product) -> None:
    about = {"tenant_id": INITECH, "user_id": "u"}
    rows = [{**about, "event_id": f"f-{n}", "event": text} for n, text in enumerate(FORMULAS)]
    send_rows(product.stack, rows)
    open_as(page, product, "linus@example.com")
    wait_for_tenant(page, INITECH)

    with page.expect_download() as download:
        page.locator("[data-chart='top_events'] .csv").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        text = file.read()

    for cell in (
        '"\'=1+1",1,1',
        '"\'+1",1,1',
        '"\'-1",1,1',
        '"\'@SUM(A1)",1,1',
        "\"'\t'=1\",1,1",
        "\"'\r'=1\",1,1",
        '"\' =1",1,1',
        '"\'\uff1d1",1,1',
        '"a;\'=1",1,1',
        '"a"";\'""=1",1,1',
    ):
        assert cell in text


def test_the_file_of_a_table_says_that_it_is_a_page(page: Page, product: Product) -> None:
    tenant = product.stack.create_organization("Pages")
    about = {"tenant_id": tenant, "user_id": "u", "event": "seen"}
    send_rows(product.stack, [{**about, "event_id": f"{n:02}"} for n in range(25)])
    open_as(page, product, "ada@example.com", tenant)
    wait_for_tenant(page, tenant)
    card = page.locator("[data-chart='recent_events']")
    card.get_by_role("button", name="Older").click()
    card.get_by_text("Page 2").wait_for()
    wait_for_tenant(page, tenant)

    with page.expect_download() as download:
        card.get_by_role("button", name="Download CSV of this page of Recent events").click()

    assert card.locator(".csv").inner_text() == "CSV of this page"
    assert download.value.suggested_filename.endswith("_page_2.csv")
    # A heading, and what is left for the second page.
    assert len(Path(download.value.path()).read_text().splitlines()) == 6


@pytest.mark.parametrize(
    ("csv", "safe"),
    [
        ('"=1+1"', '"\'=1+1"'),
        ('"n"\n"+1",-5\n', '"n"\n"\'+1",-5\n'),
        ('5,"-1"', '5,"\'-1"'),
        ('"@x"', '"\'@x"'),
        ('"\tx"', '"\'\tx"'),
        ('"\rx"', '"\'\rx"'),
        ('"\nx"', '"\'\nx"'),
        ('"  =1"', '"\'  =1"'),
        ('"\u00a0=1"', '"\'\u00a0=1"'),
        ('"\u200b\ufeff=1"', '"\'\u200b\ufeff=1"'),
        ('"\0=1"', '"\'\0=1"'),
        ('"\uff0b1","\uff0d1","\uff201"', '"\'\uff0b1","\'\uff0d1","\'\uff201"'),
        ('"""=1"""', '"\'""=1"""'),
        ('"a;=1;b"', '"a;\'=1;b"'),
        ('"a; ""=1"', '"a;\' ""=1"'),
        ('"a\r\n=1\n-2"', "\"a\r\n'=1\n'-2\""),
        ('"a\t=1"', '"a\t\'=1"'),
        ("=1+1,2", "'=1+1,2"),
        ('"=1', "\"'=1"),
    ],
)
def test_every_beginning_of_a_cell_counts(
    page: Page, product: Product, csv: str, safe: str
) -> None:
    page.goto(f"{product.url}/public")

    assert page.evaluate(SAFE, csv) == safe


@pytest.mark.parametrize(
    "csv",
    [
        "-5,+5,-5.5e-3,1e+5,-0,-inf,nan,-nan,\\N,true",
        '"a","a-b","1=2","x@y.z","1+1"',
        '"2026-01-01","2026-01-01 00:00:00.000",""',
        '"{""n"":-5,""m"":""=1""}"',
        "\"['a','-b']\"",
        '"a\nb","a;b","a\tb","a""b"',
        "-1,-2\n-3,-4\n",
        "",
    ],
)
def test_numbers_and_all_other_texts_stay_as_they_are(
    page: Page, product: Product, csv: str
) -> None:
    page.goto(f"{product.url}/public")

    assert page.evaluate(SAFE, csv) == csv


def test_a_long_text_of_blanks_takes_no_time(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/public")

    took_ms = page.evaluate(f"""async () => {{
      {MODULE}
      const since = performance.now();
      withoutFormulas('"' + '\\n ;'.repeat(500_000) + '=", "' + '""'.repeat(500_000));
      return performance.now() - since;
    }}""")

    assert took_ms < 5_000
