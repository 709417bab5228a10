"""The endpoint catalog."""

from pathlib import Path

import pytest
from devstack.tinybird.catalog import CatalogInvalid, catalog

from .tinybird_server import SAMPLE


def test_endpoints_come_with_their_parameters_sorted_by_name() -> None:
    assert catalog(SAMPLE) == {
        "endpoints": [
            {"name": "names", "description": "", "public": True, "parameters": []},
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
