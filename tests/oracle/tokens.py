"""Session tokens as Clerk signs them, as a template or a machine gets them, and forged ones."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000
ISSUER = "https://foo-bar-13.clerk.accounts.dev"
PARTY = "https://app.example.com"
# The publishable key of ISSUER, and the suffix of its cookies.
PUBLISHABLE_KEY = "pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk"
SUFFIX = "nx2hSE6I"
HEADER = {"alg": "RS256", "typ": "JWT", "kid": "ins_1", "cat": "cl_B7d4PD111AAA"}
SESSION = {
    "azp": PARTY,
    "exp": NOW + 60,
    "iat": NOW,
    "iss": ISSUER,
    "nbf": NOW - 10,
    "sid": "sess_1",
    "sub": "user_ada",
}
# The same session in both versions; version 2 without a role, which the SDK reads differently.
# Source: https://clerk.com/docs/guides/sessions/session-tokens
VERSION_1 = SESSION | {
    "org_id": "org_acme",
    "org_slug": "acme",
    "org_role": "org:admin",
    "org_permissions": ["org:analytics:read", "org:analytics:manage"],
}
ORGANIZATION = {"id": "org_acme", "slg": "acme", "per": "read,manage", "fpm": "3,0"}
VERSION_2 = SESSION | {
    "v": 2,
    "sts": "active",
    "jti": "jti_1",
    "fva": [5, -1],
    "fea": "o:analytics,u:themes",
    "o": ORGANIZATION,
}
VERSIONS = {"v1": VERSION_1, "v2": VERSION_2}

Fields = Mapping[str, object]


class _Absent:
    """Marks a field to leave out of a token."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs tokens."""

    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))

    @property
    def pem(self) -> str:
        """The public key as Clerk's dashboard shows it."""
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def token(self, claims: object = VERSION_2, header: Fields = HEADER) -> str:
        """Sign a token by RS256, whatever its header says."""
        return self.sign(f"{part(header)}.{part(claims)}")

    def sign(self, message: str) -> str:
        """Sign a header and claims as they are spelled."""
        return f"{message}.{encode(self.key.sign(message.encode(), PKCS1v15(), SHA256()))}"


def changed(fields: Fields, change: Fields) -> dict[str, object]:
    """Return fields with a change made; ABSENT takes a field out."""
    return {name: value for name, value in {**fields, **change}.items() if value is not ABSENT}


def signed_by_secret(secret: str, algorithm: str) -> str:
    """Sign a token by HS256 with a text that everybody knows."""
    message = f"{part(HEADER | {'alg': algorithm})}.{part(VERSION_2)}"
    return f"{message}.{encode(hmac.digest(secret.encode(), message.encode(), 'sha256'))}"


def part(fields: object) -> str:
    """Encode a header or claims, whatever they are."""
    return encode(json.dumps(fields, separators=(",", ":")).encode())


def encode(content: bytes) -> str:
    """Encode bytes as a part of a token."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
