"""Names that a careless comparison takes for one another."""

from __future__ import annotations

import pytest
from devstack.proof.tenants import LEGAL, LISTED, ODD, lookalikes


def test_others_are_called_almost_as_the_reader() -> None:
    others = lookalikes("org_acme", ["paid"])

    assert {
        "org_acmex",
        "xorg_acme",
        "org_acm",
        "rg_acme",
        "ORG_ACME",
        "orgXacme",
        "'org_acme'",
        "org_acme\\' OR 1=1 --",
        "org_acme,org_globex",
        "org_\u0430cme",
        "%org_acme%",
        "",
        "paid",
    } <= set(others)


@pytest.mark.parametrize("reader", [*LEGAL, *LISTED, *ODD])
def test_nobody_else_is_called_as_the_reader_and_no_name_is_endless(reader: str) -> None:
    others = lookalikes(reader, [reader, "word"])

    assert reader not in others
    assert others == sorted(set(others))
    assert max(map(len, others)) <= 10_000


def test_a_list_of_names_stands_beside_each_of_them() -> None:
    assert {"org_acme", "org_globex"} <= set(lookalikes("org_acme,org_globex", []))
