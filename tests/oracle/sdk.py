"""What clerk-backend-api says of a request, without a network, at a fixed time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import httpx2
import jwt.api_jwt
import pytest
from clerk_backend_api.security import authenticate_request
from clerk_backend_api.security.types import AuthenticateRequestOptions, RequestState

from .tokens import NOW, PARTY
from .verdicts import Verdict

# The SDK's reasons in our words.
CODES = {
    "session-token-missing": "token-missing",
    "token-type-not-supported": "token-invalid",
    "token-invalid-signature": "token-invalid",
    "token-invalid-authorized-parties": "token-azp",
    "token-not-active-yet": "token-not-active",
}


@dataclass(frozen=True, slots=True)
class _Request:
    headers: Mapping[str, str]


class _Clock(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return cls.fromtimestamp(NOW, tz)


def judge(pem: str, authorization: str | None, cookie: str | None) -> Verdict:
    """Ask the SDK who signs in with these headers."""
    sent = ((b"Authorization", authorization), (b"Cookie", cookie))
    headers = httpx2.Headers(
        [(name, text.encode("latin-1")) for name, text in sent if text is not None]
    )
    options = AuthenticateRequestOptions(
        jwt_key=pem, authorized_parties=[PARTY], accepts_token=["session_token"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jwt.api_jwt, "datetime", _Clock)
        return _verdict(authenticate_request(_Request(headers), options))


def _verdict(state: RequestState) -> Verdict:
    if not state.is_signed_in:
        assert state.reason is not None
        reason = state.reason.value[0]
        return Verdict(refusal=CODES.get(reason, reason))
    claims = state.payload or {}
    return Verdict(
        user_id=claims.get("sub"),
        session_id=claims.get("sid"),
        org_id=claims.get("org_id"),
        org_slug=claims.get("org_slug"),
        role=claims.get("org_role"),
        permissions=tuple(sorted(claims.get("org_permissions", ()))),
    )
