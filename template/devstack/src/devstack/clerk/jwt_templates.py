"""JWT templates: what may be kept as one, and the tokens that they make.

Source: https://clerk.com/docs/guides/sessions/jwt-templates
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import jwt

from .errors import ClerkError, not_emulated, not_found, unprocessable
from .json_body import Body, flag_in, text_in, whole_number_in
from .keys import SigningKey
from .records import JwtTemplate
from .shortcodes import Facts, ShortcodeInvalid, fill
from .store import Store

# The category that @clerk/backend 3.25 knows tokens of templates by.
TEMPLATE_CATEGORY = "cl_B7d4PD222AAA"
# Written by Clerk itself, whatever a template says.
_OWN_CLAIMS = ("azp", "exp", "iat", "iss", "jti", "nbf", "sub")
_LIFETIME_S = 60
_CLOCK_SKEW_S = 5


class JwtTemplates:
    """The JWT templates of one data directory."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def all(self) -> list[JwtTemplate]:
        """Return every template, the oldest first."""
        return list(self._store.state.jwt_templates.values())

    def get(self, template_id: str) -> JwtTemplate:
        """Return a template. Raises: ClerkError: unknown (404)."""
        found = self._store.state.jwt_templates.get(template_id)
        if found is None:
            raise not_found(f"The JWT template {template_id}")
        return found

    def called(self, name: str) -> JwtTemplate:
        """Return the template of a name. Raises: ClerkError: there is none (404)."""
        for one in self.all():
            if one.name == name:
                return one
        raise not_found(f"The JWT template {name}")

    def create(self, body: Body) -> JwtTemplate:
        """Keep a new template. Raises: ClerkError: a value of it cannot be (422, 501)."""
        now = self._now_ms()
        return self._keep(_read(body, f"jtmp_local_{secrets.token_hex(12)}", now, now))

    def update(self, template_id: str, body: Body) -> JwtTemplate:
        """Replace a template, its key included. Raises: ClerkError: as get and create do."""
        old = self.get(template_id)
        return self._keep(_read(body, old.id, old.created_at, self._now_ms()))

    def delete(self, template_id: str) -> JwtTemplate:
        """Forget a template. Raises: ClerkError: unknown (404)."""
        gone = self.get(template_id)
        del self._store.state.jwt_templates[gone.id]
        self._store.save()
        return gone

    def _keep(self, template: JwtTemplate) -> JwtTemplate:
        if any(one.name == template.name and one.id != template.id for one in self.all()):
            raise unprocessable("name", "form_identifier_exists", "That name is taken.")
        self._store.state.jwt_templates[template.id] = template
        self._store.save()
        return template


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token of a template is for, and what the shortcodes find. `now`: Unix seconds."""

    user_id: str
    issuer: str
    azp: str | None
    now: int
    facts: Facts


def mint_template_token(template: JwtTemplate, bearer: Bearer, key: SigningKey) -> str:
    """Sign a token of a template, with the template's own key where it has one.

    Args: key: the instance's, for a template without.
    Returns: compact JWS.
    """
    claims = fill(template.claims, bearer.facts)
    assert isinstance(claims, dict)
    own = {
        "iss": bearer.issuer,
        "sub": bearer.user_id,
        "iat": bearer.now,
        "nbf": bearer.now - template.allowed_clock_skew,
        "exp": bearer.now + template.lifetime,
        "jti": secrets.token_hex(10),
        **({"azp": bearer.azp} if bearer.azp else {}),
    }
    headers = {"cat": TEMPLATE_CATEGORY}
    if template.custom_signing_key:
        secret, algorithm = template.signing_key, template.signing_algorithm
        return jwt.encode({**claims, **own}, secret, algorithm=algorithm, headers=headers)
    headers["kid"] = key.kid
    return jwt.encode({**claims, **own}, key.private_key, algorithm="RS256", headers=headers)


def _read(body: Body, template_id: str, created_at: int, updated_at: int) -> JwtTemplate:
    name = text_in(body, "name")
    if not name:
        raise unprocessable("name", "form_param_missing", "A template needs a name.")
    lifetime = whole_number_in(body, "lifetime", 30, 315_360_000)
    skew = whole_number_in(body, "allowed_clock_skew", 0, 300)
    template = JwtTemplate(
        id=template_id,
        name=name,
        claims=_claims(body),
        lifetime=_LIFETIME_S if lifetime is None else lifetime,
        allowed_clock_skew=_CLOCK_SKEW_S if skew is None else skew,
        custom_signing_key=False,
        signing_algorithm="RS256",
        signing_key="",
        created_at=created_at,
        updated_at=updated_at,
    )
    return _with_key(template, body) if flag_in(body, "custom_signing_key") else template


def _with_key(template: JwtTemplate, body: Body) -> JwtTemplate:
    algorithm, key = text_in(body, "signing_algorithm"), text_in(body, "signing_key")
    for name, value in (("signing_algorithm", algorithm), ("signing_key", key)):
        if not value:
            message = f"{name} is required where custom_signing_key is true."
            raise unprocessable(name, "form_param_missing", message)
    if algorithm != "HS256":
        raise not_emulated(f"the signing algorithm {algorithm}")
    return replace(
        template, custom_signing_key=True, signing_algorithm="HS256", signing_key=key or ""
    )


def _claims(body: Body) -> dict[str, object]:
    claims = body.get("claims")
    if not isinstance(claims, dict):
        raise unprocessable("claims", "form_param_type_invalid", "claims is an object.")
    reserved = [name for name in _OWN_CLAIMS if name in claims]
    if reserved:
        message = f"{', '.join(reserved)} cannot be set by a template."
        raise unprocessable("claims", "form_param_value_invalid", message)
    try:
        fill(claims, {})
    except ShortcodeInvalid as error:
        message = f"{error} is no shortcode."
        raise ClerkError(422, "form_param_value_invalid", message, "claims") from error
    return claims
