"""What nobody can go below with OpenSSL: one RSA verification and one HMAC, nothing read."""

from __future__ import annotations

import asyncio
import base64
import json

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from .timing import Task, answer_rounds, read_task


async def serve(task: Task) -> None:
    """Serve rounds; the message to sign is made once."""
    key = load_pem_public_key(task["pem"].encode())
    assert isinstance(key, RSAPublicKey)
    secret, message = task["secret"].encode(), json.dumps(task["claims"]).encode()
    padding, sha256 = PKCS1v15(), SHA256()

    async def handle(authorization: str | None, cookie: str | None) -> None:
        # The session's cookie comes last in what the bench sends.
        token = (authorization or cookie or "").rpartition(" ")[2].removeprefix("__session=")
        signed, _, signature = token.rpartition(".")
        key.verify(base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding, sha256)
        mac = HMAC(secret, sha256)
        mac.update(message)
        mac.finalize()

    await answer_rounds(handle)


if __name__ == "__main__":
    asyncio.run(serve(read_task()))
