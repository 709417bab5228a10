"""Addresses as Flask and Django write them, and as OpenAPI does."""

from __future__ import annotations

import re

# `<name>`, `<int:name>`, `<string(length=2):name>`.
_PART = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_TYPES = {"int": "integer", "float": "number"}


def openapi_address(rule: str) -> tuple[str, dict[str, str]]:
    """Return the path `/things/{id}` of `/things/<int:id>`, and its parameters' JSON types."""
    types = {part["name"]: _TYPES.get(part["converter"], "string") for part in _PART.finditer(rule)}
    return _PART.sub(r"{\g<name>}", rule), types
