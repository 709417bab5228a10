"""A Clerk instance of the tests' own, for sessions that the local Clerk does not issue."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

KID = "ins_contract"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A key, published under `url`; `party` is the origin that its sessions are for."""

    url: str
    party: str
    key: RSAPrivateKey = field(repr=False)

    def bearer(self, **claims: object) -> dict[str, str]:
        """Issue a session of an organization's member; return the headers that send it.

        Args: claims: others than usual; None leaves one out.
        """
        now = int(time.time())
        usual = {
            "iss": self.url,
            "azp": self.party,
            "sub": "user_contract",
            "sid": "sess_contract",
            "iat": now,
            "nbf": now - 10,
            "exp": now + 60,
            "v": 2,
            "sts": "active",
            "o": {"id": "org_contract", "slg": "contract", "rol": "member"},
        }
        wanted = {name: claim for name, claim in (usual | claims).items() if claim is not None}
        token = jwt.encode(wanted, self.key, algorithm="RS256", headers={"kid": KID})
        return {"Authorization": f"Bearer {token}"}


@contextlib.contextmanager
def issuing(party: str) -> Generator[Issuer, None, None]:
    """Make a Clerk instance and publish its key."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    document = json.dumps({"keys": [{**public, "kid": KID, "use": "sig", "alg": "RS256"}]})
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(document.encode())) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Issuer(f"http://127.0.0.1:{server.server_port}", party, key)
        server.shutdown()


def _handler(document: bytes) -> type[BaseHTTPRequestHandler]:
    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Keys
