"""What the project's answers say about the product, as `product.json` keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, NamedTuple, cast

from roost.identity.tenancy import Tenancy

TokenMinting = Literal["backend", "clerk_template"]
Frontend = Literal["dashboard", "react"]

# The name of the JWT template in Clerk, which a page asks for tokens by.
JWT_TEMPLATE = "tinybird"


class ProductInvalid(Exception):
    """`product.json` says what cannot be; the sentence names it."""


class Product(NamedTuple):
    """The product's name, as pages show it, who its tenants are, and who mints a page's tokens.

    frontend: what its pages are made of, where it has pages.
    """

    name: str
    tenancy: Tenancy
    minting: TokenMinting = "backend"
    frontend: Frontend = "dashboard"


def load_product(path: Path) -> Product:
    """Read `product.json`.

    Raises: ProductInvalid: if there is none, or for an answer that does not exist.
    """
    if not path.is_file():
        raise ProductInvalid(
            f"{path} is missing: write it, or give Roost(...) product=Product(NAME, TENANCY)."
        )
    return parse_product(path.read_text(encoding="utf-8"))


def parse_product(text: str) -> Product:
    """Read the text of `product.json`. Raises: ProductInvalid, as `load_product` does."""
    values = json.loads(text)
    tenancy = values.get("tenancy")
    if tenancy not in ("organization", "user"):
        raise ProductInvalid('product.json: tenancy must be "organization" or "user".')
    minting = values.get("token_minting", "backend")
    if minting not in ("backend", "clerk_template"):
        raise ProductInvalid('product.json: token_minting must be "backend" or "clerk_template".')
    frontend = values.get("frontend", "dashboard")
    if frontend not in ("dashboard", "react"):
        raise ProductInvalid('product.json: frontend must be "dashboard" or "react".')
    return Product(
        name=str(values["name"]),
        tenancy=cast(Tenancy, tenancy),
        minting=cast(TokenMinting, minting),
        frontend=cast(Frontend, frontend),
    )
