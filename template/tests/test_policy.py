"""Who may read what: that `policy.py` fits the data project, and what it opens to everybody."""

from __future__ import annotations

import pytest
from roost.project import Project, find_project


@pytest.fixture(scope="module")
def project() -> Project:
    """This project, as `[tool.roost]` names it."""
    return find_project()


def test_every_grant_is_of_an_endpoint_of_the_data_project(project: Project) -> None:
    granted = {grant.endpoint for grant in project.policy.grants}

    assert granted <= project.catalog.keys()


def test_what_everybody_may_read_asks_for_no_tenant(project: Project) -> None:
    for name in project.policy.public_endpoints:
        assert "tenant_id" not in project.catalog[name].parameters, name
