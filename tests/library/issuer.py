"""Signs session tokens as a Clerk instance does, and as an attacker would."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

ISSUED_AT = 1_800_000_000
CLAIMS = {
    "iss": "https://foo-bar-13.clerk.accounts.dev",
    "sub": "user_ada",
    "sid": "sess_1",
    "azp": "https://app.example.com",
    "iat": ISSUED_AT,
    "nbf": ISSUED_AT - 10,
    "exp": ISSUED_AT + 60,
    "v": 2,
    "sts": "active",
    "o": {"id": "org_acme", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"},
    "fea": "o:analytics",
}


def _new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def part(value: bytes | object) -> str:
    """Encode bytes, or anything as JSON, as one part of a token."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Issuer:
    """One Clerk instance: a key and its name."""

    kid: str = "ins_1"
    key: RSAPrivateKey = field(default_factory=_new_key)

    def issue(self, header: dict[str, object] | None = None, **claims: object) -> str:
        """Issue a token of user_ada in org_acme; a claim of None is left out."""
        wanted = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
        headers = {"kid": self.kid, **(header or {})}
        return jwt.encode(wanted, self.key, algorithm="RS256", headers=headers)

    def sign(self, header: object, claims: object = CLAIMS) -> str:
        """Sign what no library would: any header, any claims, by RS256."""
        message = f"{part(header)}.{part(claims)}"
        return f"{message}.{part(self.key.sign(message.encode(), PKCS1v15(), SHA256()))}"

    def pem(self) -> str:
        """Return the public key as PEM."""
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def jwks(self) -> bytes:
        """Return the public key as a JWKS document."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return json.dumps({"keys": [{**key, "kid": self.kid, "use": "sig"}]}).encode()
