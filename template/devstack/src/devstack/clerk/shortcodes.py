"""The shortcodes of JWT templates: `{{org.id || 'none'}}` becomes a value. Pure.

Source: https://clerk.com/docs/guides/sessions/jwt-templates
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from .records import Organization, User

Facts = Mapping[str, object]

_SHORTCODE = re.compile(r"\{\{((?:(?!\}\}).)*)\}\}")
_LITERAL = r"'[^']*'|-?\d+(?:\.\d+)?|true|false"
_PATH = r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_OPERAND = re.compile(rf"\s*(?:(?P<literal>{_LITERAL})|(?P<path>{_PATH}))\s*")
_OR = "||"


class ShortcodeInvalid(Exception):
    """A shortcode that cannot be read; the text is that shortcode."""


def fill(template: object, facts: Facts) -> object:
    """Return a template's claims with every shortcode replaced.

    A shortcode that is a whole text keeps its value's type, and is null where there is none;
    inside of a text it becomes text: `null` where there is none.
    Raises: ShortcodeInvalid: one cannot be read.
    """
    if isinstance(template, Mapping):
        return {name: fill(value, facts) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, facts) for value in template]
    return _filled(template, facts) if isinstance(template, str) else template


def _filled(text: str, facts: Facts) -> object:
    whole = _SHORTCODE.fullmatch(text)
    if whole:
        return _value(whole[1], facts)
    return _SHORTCODE.sub(lambda found: _text(_value(found[1], facts)), text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(expression: str, facts: Facts) -> object:
    operands = list(_operands(expression, facts))
    # The last one counts whatever it is.
    return next((one for one in operands if one is not None and one is not False), operands[-1])


def _operands(expression: str, facts: Facts) -> list[object]:
    found: list[object] = []
    at = 0
    while operand := _OPERAND.match(expression, at):
        literal, path = operand["literal"], operand["path"]
        found.append(_fact(path, facts) if path else _literal(literal))
        if operand.end() == len(expression):
            return found
        if not expression.startswith(_OR, operand.end()):
            break
        at = operand.end() + len(_OR)
    raise ShortcodeInvalid(f"{{{{{expression}}}}}")


def _literal(text: str) -> object:
    return text[1:-1] if text.startswith("'") else json.loads(text)


def _fact(path: str, facts: Facts) -> object:
    value: object = facts
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def user_facts(user: User) -> Facts:
    """Return what shortcodes say of a user; the local Clerk keeps no metadata."""
    names = " ".join(name for name in (user.first_name, user.last_name) if name)
    return {
        "id": user.id,
        "first_name": user.first_name or None,
        "last_name": user.last_name or None,
        "full_name": names or None,
        "primary_email_address": user.email,
        "email_verified": True,
        "phone_number_verified": False,
        "public_metadata": {},
        "unsafe_metadata": {},
    }


def organization_facts(organization: Organization, role: str) -> Facts:
    """Return what shortcodes say of the active organization. `role`: such as `org:admin`."""
    return {
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "role": role,
        "public_metadata": {},
    }
