"""Who asks, in most of the contract's tests."""

from __future__ import annotations

import pytest

from .answers import ACME, ADA, SessionToken


@pytest.fixture
def ada(session_token: SessionToken) -> dict[str, str]:
    """The headers of a request by Ada, for Acme."""
    return {"Authorization": f"Bearer {session_token(ADA, ACME)}"}
