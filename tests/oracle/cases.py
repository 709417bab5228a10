"""Requests with session tokens: every kind of valid one, and one thing wrong at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .tokens import (
    ABSENT,
    HEADER,
    NOW,
    ORGANIZATION,
    VERSION_2,
    VERSIONS,
    Fields,
    Signer,
    changed,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A request.

    differs: the name of the known difference that it shows, or "".
    """

    name: str
    authorization: str | None = None
    cookie: str | None = None
    differs: str = ""


def bearer(name: str, token: str, differs: str = "") -> Case:
    """Send a token in the Authorization header."""
    return Case(name, f"Bearer {token}", None, differs)


# Lists as they are in a token, and whether they are read alike.
PERMISSIONS = (
    ("o:analytics", "read,manage", "3", ""),
    ("o:analytics", "read,manage", "0", ""),
    ("o:analytics", "read,manage", "7", ""),
    ("o:analytics", "read", "1", ""),
    ("o:a,o:b", "read,manage", "1,2", ""),
    ("o:a,ou:b,uo:c", "read,manage", "3,1,2", ""),
    ("u:themes,o:a", "read", "0,1", ""),
    ("u:themes,o:a", "read", "1,1", ""),
    ("o:wide", ",".join(f"p{n}" for n in range(80)), str(1 << 79 | 1 << 64 | 1), ""),
    ("o:wide", ",".join(f"p{n}" for n in range(80)), str((1 << 80) - 1), ""),
    ("o:a", "read", "one", ""),
    ("o:a", "read", "1.0", ""),
    ("o:a", "read", "", ""),
    ("o:a", "", "1", "empty-permission"),
    ("", "read", "1", ""),
    ("x:a", "read", "1", ""),
    ("u:a", "read", "1", ""),
    ("o:", "read", "1", "empty-feature"),
    ("a", "read", "1", ""),
    (ABSENT, "read", "1", ""),
    ("o:a", ABSENT, "1", ""),
    ("o:a", "read", ABSENT, ""),
    ("o:a", "read", "-1", "negative-mask"),
    ("u:themes,o:a", "read", "1", "masks-of-the-organization-alone"),
    ("u:themes,o:a,o:b", "read", "1,1", "masks-of-the-organization-alone"),
    ("o:a,o:b", "read", "1", "masks-too-few"),
    ("o:a", "read", "1,1", "masks-too-many"),
)
ROLES = ("admin", "member", "billing_manager")


def valid(signer: Signer) -> Iterator[Case]:
    """Yield good tokens of every shape."""
    for role in ROLES:
        claims = changed(VERSIONS["v1"], {"org_role": f"org:{role}"})
        yield bearer(f"v1 as {role}", signer.token(claims))
        yield bearer(f"v2 as {role}", signer.token(_acting({"rol": role})), "role-prefix")
    for number, (features, permissions, masks, differs) in enumerate(PERMISSIONS):
        claims = _acting({"per": permissions, "fpm": masks}, fea=features)
        yield bearer(f"v2 permissions {number}", signer.token(claims), differs)
    for listed in ([], ["org:a:read"], ["org:a:read", "org:b:manage"], ABSENT):
        claims = changed(VERSIONS["v1"], {"org_permissions": listed})
        yield bearer(f"v1 permissions {listed}", signer.token(claims))
    for name, claims in _without_organization():
        yield bearer(name, signer.token(claims))
    # Version 1 claims say nothing in a version 2 token.
    mixed = {"org_id": "org_globex", "org_role": "org:admin", "o": ABSENT}
    yield bearer("v2 with claims of v1", signer.token(changed(VERSION_2, mixed)), "mixed-versions")


def _acting(organization: Fields, **others: object) -> dict[str, object]:
    return changed(VERSION_2, {"o": changed(ORGANIZATION, organization), **others})


def _without_organization() -> Iterator[tuple[str, dict[str, object]]]:
    names = [name for name in VERSIONS["v1"] if name.startswith("org_")]
    yield "v1 without an organization", changed(VERSIONS["v1"], dict.fromkeys(names, ABSENT))
    yield "v2 without an organization", changed(VERSION_2, {"o": ABSENT})
    yield "v2 without a slug", _acting({"slg": ABSENT})
    yield "v2 without permissions", _acting({"per": ABSENT, "fpm": ABSENT})


# A change of the header, and the known difference in judging it.
HEADERS = (
    ({"alg": "none"}, ""),
    ({"alg": "HS256"}, ""),
    ({"alg": "RS384"}, ""),
    ({"alg": "RS512"}, ""),
    ({"alg": "PS256"}, ""),
    ({"alg": "ES256"}, ""),
    ({"alg": "rs256"}, ""),
    ({"alg": ""}, ""),
    ({"alg": 7}, ""),
    ({"alg": None}, ""),
    ({"alg": ABSENT}, ""),
    ({"crit": ["exp"]}, ""),
    ({"kid": "ins_2"}, ""),
    ({"kid": ABSENT}, ""),
    ({"kid": 7}, "kid-ignored"),
    ({"oiat": NOW}, ""),
    ({"x": "y"}, ""),
    ({"typ": ABSENT}, ""),
    ({"cat": ABSENT}, ""),
    ({"cat": "cl_I7d4PD111III"}, ""),
    ({"cat": "cl_B7d4PD222AAA"}, "category"),
    ({"cat": "cl_B7d4PD333AAA"}, "category"),
    ({"cat": "new"}, "category"),
    ({"cat": []}, "category"),
    ({"typ": "at+jwt"}, "typ"),
    ({"typ": "jwt"}, "typ"),
    ({"typ": None}, "typ"),
)

# A change of the claims, in either version.
CLAIMS = (
    ({"sub": ABSENT}, "no-subject"),
    ({"sub": ""}, "no-subject"),
    ({"sub": 7}, ""),
    ({"sub": "mch_robot"}, "machine"),
    ({"sid": ABSENT}, "no-session"),
    ({"sid": ""}, "no-session"),
    ({"sid": 7}, "no-session"),
    ({"exp": ABSENT}, "no-end"),
    ({"exp": str(NOW + 60)}, "end-as-text"),
    ({"exp": "soon"}, ""),
    ({"exp": [NOW + 60]}, ""),
    ({"exp": True}, "end-as-true"),
    ({"exp": None}, ""),
    ({"exp": (NOW + 60) * 1000}, "end-in-milliseconds"),
    ({"iat": str(NOW)}, "end-as-text"),
    ({"nbf": str(NOW)}, "end-as-text"),
    ({"iat": ABSENT}, ""),
    ({"nbf": ABSENT}, ""),
    ({"iss": ABSENT}, "issuer"),
    ({"iss": "https://evil.clerk.accounts.dev"}, "issuer"),
    ({"iss": "https://foo-bar-13.clerk.accounts.dev/"}, "issuer"),
    ({"iss": 7}, "issuer"),
    ({"azp": ABSENT}, ""),
    ({"azp": ""}, ""),
    ({"azp": "https://evil.example"}, ""),
    ({"azp": "https://app.example.com/"}, ""),
    ({"azp": "https://app.example.com:443"}, ""),
    ({"azp": "HTTPS://APP.EXAMPLE.COM"}, ""),
    ({"azp": ["https://app.example.com"]}, ""),
    ({"sts": "active"}, ""),
    ({"sts": "pending"}, "status"),
    ({"sts": "expired"}, "status"),
    ({"v": 3}, "version"),
    ({"aud": "https://api.example.com"}, "audience"),
    ({"act": {"iss": "https://dashboard.clerk.com", "sub": "user_support"}}, ""),
    ({"act": "user_support"}, "actor"),
    ({"jti": "jti_2"}, ""),
    ({"email": "ada@example.com"}, ""),
    ({"padding": "x" * 4000}, ""),
    ({"more": "x" * 8192}, "size"),
)
TIMES = (-3600, -60, -6, -5, -4, -1, 0, 1, 4, 5, 6, 60, 3600)


def changes(signer: Signer) -> Iterator[Case]:
    """Yield tokens that are well signed, with one header field or claim changed."""
    for version, claims in VERSIONS.items():
        for change, differs in HEADERS:
            token = signer.token(claims, changed(HEADER, change))
            yield bearer(f"{version} header {change}", token, differs)
        for change, differs in CLAIMS:
            name = f"{version} claims {str(change)[:60]}"
            yield bearer(name, signer.token(changed(claims, change)), differs)
        for claim, offset in ((claim, at) for claim in ("exp", "nbf", "iat") for at in TIMES):
            token = signer.token(changed(claims, {claim: NOW + offset}))
            yield bearer(f"{version} {claim} at {offset:+}", token)
