"""The endpoint catalog."""

import json
from pathlib import Path

import pytest
from devstack.tinybird.project.endpoints import CatalogInvalid, ErrorEntry, catalog, catalog_text

from ..tinybird_server import SAMPLE


def test_endpoints_come_with_their_parameters_sorted_by_name() -> None:
    assert catalog(SAMPLE) == {
        "endpoints": [
            {"name": "names", "description": "", "public": True, "parameters": [], "errors": []},
            {
                "name": "top_events",
                "description": "Hits of a tenant by event",
                "public": False,
                "parameters": [
                    {
                        "name": "tenant_id",
                        "type": "String",
                        "required": True,
                        "default": None,
                        "description": "The tenant",
                    },
                    {
                        "name": "limit",
                        "type": "Int32",
                        "required": False,
                        "default": 10,
                        "description": "",
                    },
                ],
                "errors": [],
            },
        ]
    }


def test_parameters_of_pipes_that_an_endpoint_reads_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "base.pipe").write_text(
        "NODE n\nSQL >\n    %\n    SELECT {{ Int8(low, 1) }} AS a, {{ String(tenant_id) }} AS t\n"
    )
    (tmp_path / "top.pipe").write_text(
        "NODE n\nSQL >\n    %\n    SELECT * FROM base WHERE a > {{ Int8(high, required=True) }}\n"
        "TYPE endpoint\n"
    )

    (endpoint,) = catalog(tmp_path)["endpoints"]

    assert [p["name"] for p in endpoint["parameters"]] == ["high", "low", "tenant_id"]


def test_a_description_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "top.pipe").write_text(
        "DESCRIPTION >\n    How many there are.\n    Exact,\tand  always one row.\n\n"
        "NODE n\nSQL >\n    SELECT 1 AS a\n\nTYPE endpoint\n"
    )

    (endpoint,) = catalog(tmp_path)["endpoints"]

    assert endpoint["description"] == "How many there are. Exact, and always one row."


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.datasource").write_text("SCHEMA >\n    ((\n")

    with pytest.raises(CatalogInvalid, match=r"broken\.datasource"):
        catalog(tmp_path)


def test_the_constant_texts_of_errors_are_listed_with_their_status(tmp_path: Path) -> None:
    assert _errors(
        tmp_path,
        """
        {% if not defined(day) %} {{ error('day is missing.') }} {% end %}
        {% if String(day, '') == 'x' %} {{ custom_error({'error': 'No x.', 'day': day}, 422) }}
        {% elif Int8(n, 1) > 3 %} {{ custom_error('Too ' 'many.', code=409) }}
        {% else %} {% set _ = error(s='day is missing.', code=404) %} {% end %}
        {% if Int8(n, 1) > 2 and error("It's odd.") %} {% end %}
        {% for one in [1] %} {% set a = [error('In a list.')] if Int8(n, 1) > 4 else [] %} {% end %}
        SELECT 1 AS a
        """,
    ) == [
        {"status": 400, "text": "In a list."},
        {"status": 400, "text": "It's odd."},
        {"status": 400, "text": "day is missing."},
        {"status": 409, "text": "Too many."},
        {"status": 422, "text": "No x."},
    ]


def test_a_custom_error_without_the_field_is_listed_as_it_is_answered(tmp_path: Path) -> None:
    assert _errors(tmp_path, "SELECT 1 {{ custom_error({'reason': 'shut'}, '410') }}") == [
        {"status": 410, "text": "{'reason': 'shut'}"}
    ]


@pytest.mark.parametrize(
    "call",
    [
        "error(String(day))",
        "error('no ' + String(day, 'day'))",
        "error(f'no {day}')",
        "error('a' + 'b')",
        "error(text)",
        "error('a' if defined(day) else 'b')",
        "custom_error({'error': String(day)}, 400)",
        "custom_error({'error': 'a', day: 'b'}, 400)",
        "custom_error('a', Int16(day, 400))",
        "custom_error({'reason': String(day)}, 400)",
        "String(error, 'x')",
        "String(day, 'error(1)', description='error(2)')",
    ],
)
def test_a_text_that_is_worked_out_is_not_listed(tmp_path: Path, call: str) -> None:
    template = "{% set text = 'a' %}{% if Int8(n, 1) > 3 %}{{ " + call + " }}{% end %} SELECT 1"

    assert _errors(tmp_path, template) == []


def test_what_only_looks_like_a_call_is_not_listed(tmp_path: Path) -> None:
    assert _errors(tmp_path, """SELECT 'error("x")', {{ String(a, 'error("y")') }} AS a""") == []


def test_errors_of_all_that_an_endpoint_reads_are_its_own(tmp_path: Path) -> None:
    for name in ("deep", "other", "unread"):
        (tmp_path / f"{name}.pipe").write_text(
            "NODE n\nSQL >\n    %\n    SELECT 1 AS a"
            f" {{% if Int8(d, 1) > 3 %}} {{{{ error('{name}') }}}} {{% end %}}\n"
        )
    (tmp_path / "between.pipe").write_text("NODE n\nSQL >\n    SELECT * FROM deep\n")
    (tmp_path / "top.pipe").write_text(
        "NODE first\nSQL >\n    %\n"
        "    SELECT * FROM {% if defined(x) %}other{% else %}between{% end %}\n\n"
        "NODE n\nSQL >\n    %\n    SELECT * FROM first"
        " {% if defined(y) %}{{ error('own') }}{% end %}\n"
        "TYPE endpoint\n"
    )

    (endpoint,) = catalog(tmp_path)["endpoints"]

    assert [error["text"] for error in endpoint["errors"]] == ["deep", "other", "own"]


def test_an_endpoint_that_always_refuses_is_listed(tmp_path: Path) -> None:
    assert _errors(tmp_path, "SELECT 1 {{ error('Gone.') }}") == [{"status": 400, "text": "Gone."}]


def _errors(folder: Path, template: str) -> list[ErrorEntry]:
    sql = "\n".join("    " + line.strip() for line in template.strip().splitlines())
    (folder / "top.pipe").write_text(f"NODE n\nSQL >\n    %\n{sql}\nTYPE endpoint\n")
    (endpoint,) = catalog(folder)["endpoints"]
    return endpoint["errors"]


def test_the_apps_list_is_json_with_a_line_for_each_parameter() -> None:
    text = catalog_text(catalog(SAMPLE))

    assert json.loads(text) == catalog(SAMPLE)
    assert text.startswith('{\n  "endpoints": [\n    {\n      "name": "names",\n')
    assert '\n      "parameters": [],\n' in text
    assert '\n        {"name": "tenant_id", "type": "String", "required": true, ' in text
    assert text.endswith("\n    }\n  ]\n}\n")


def test_a_project_without_endpoints_has_an_empty_list(tmp_path: Path) -> None:
    assert catalog_text(catalog(tmp_path)) == '{\n  "endpoints": []\n}\n'
