"""Tenant-scoped Tinybird behind Clerk sessions, for a Python web app."""

from __future__ import annotations

from roost.environment import SettingsInvalid
from roost.errors import AppError
from roost.identity.session import Session
from roost.identity.tenancy import Tenant
from roost.policy.access import Claim, Grant, PolicyInvalid, Who
from roost.policy.catalog import CatalogMissing
from roost.policy.limits import EventLimits, Limit
from roost.policy.product import Product, ProductInvalid
from roost.serving.caller import Caller
from roost.serving.services import Services

__version__ = "0.4.0"

__all__ = [
    "AppError",
    "Caller",
    "CatalogMissing",
    "Claim",
    "EventLimits",
    "Grant",
    "Limit",
    "PolicyInvalid",
    "Product",
    "ProductInvalid",
    "Services",
    "Session",
    "SettingsInvalid",
    "Tenant",
    "Who",
    "__version__",
]
