"""What the project's answers say about the product, as `product.json` keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from .tenancy import Tenancy


class ProductInvalid(Exception):
    """`product.json` says what cannot be; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Product:
    """The product's name, as pages show it, and who its tenants are."""

    name: str
    tenancy: Tenancy


def load_product(path: Path) -> Product:
    """Read `product.json`. Raises: ProductInvalid: for a tenancy that does not exist."""
    return parse_product(path.read_text(encoding="utf-8"))


def parse_product(text: str) -> Product:
    """Read the text of `product.json`. Raises: ProductInvalid, as `load_product` does."""
    values = json.loads(text)
    tenancy = values.get("tenancy")
    if tenancy not in ("organization", "user"):
        raise ProductInvalid('product.json: tenancy must be "organization" or "user".')
    return Product(str(values["name"]), cast(Tenancy, tenancy))
