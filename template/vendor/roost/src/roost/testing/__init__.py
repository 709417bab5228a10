"""What the tests of a project use: the product as processes, and sessions without a Clerk.

`-p roost.testing.fixtures` gives every test the fixtures `clerk`, `stack`, `app_url`, `client` and
`session_token`.
"""

from __future__ import annotations

from roost.testing.sessions import ORIGIN, SignedIn, TestClerk

__all__ = ["ORIGIN", "SignedIn", "TestClerk"]
