"""Puts the app together from its own files; every framework's room starts here."""

from __future__ import annotations

from pathlib import Path

from roost.policy.access import Policy, read_policy
from roost.policy.catalog import Catalog, load_catalog
from roost.policy.product import load_product
from roost.serving.services import Services
from roost.settings import Settings

from . import policy

PACKAGE = Path(__file__).parent
# Not in a project that was made with `frontend: none`.
HAS_DASHBOARD = (PACKAGE / "dashboard").is_dir()


def load_policy() -> tuple[Policy, Catalog]:
    """Read `policy.py`, `product.json` and `endpoints.json`.

    Raises: PolicyInvalid, ProductInvalid: if they do not fit.
    """
    catalog = load_catalog(PACKAGE / "endpoints.json")
    return read_policy(policy, load_product(PACKAGE / "product.json"), catalog), catalog


def make_services(settings: Settings) -> Services:
    """Make the core of an app; close it as an async context manager.

    Raises: PolicyInvalid: if the policy and the data project do not fit.
    """
    return Services(settings, *load_policy())
