"""The local Clerk behind the page: signing in without the form, and what only a backend may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from ..product import stack

PASSWORD = "local-demo-password"


@dataclass(frozen=True, slots=True)
class Clerk:
    """The local Clerk of a stack, called as ClerkJS calls it and as a backend does."""

    local: stack.Stack

    def sign_in(
        self, email: str, organization: str | None = None, dev_browser: str | None = None
    ) -> tuple[str, str]:
        """Sign a browser in, a new one unless given; return its token and the session's id."""
        dev_browser = dev_browser or str(self._browser("dev_browser", {})["id"])
        form = {"identifier": email, "strategy": "password", "password": PASSWORD}
        done = self._browser("client/sign_ins", form, dev_browser)
        session = str(done["response"]["created_session_id"])
        if organization:
            self.activate(dev_browser, session, organization)
        return dev_browser, session

    def activate(self, dev_browser: str, session: str, organization: str) -> None:
        """Make an organization the active one, as another device of the user would."""
        path = f"client/sessions/{session}/touch"
        self._browser(path, {"active_organization_id": organization}, dev_browser)

    def backend(self, method: str, path: str, body: Mapping[str, object] = {}) -> httpx2.Response:
        """Call the Backend API, or a control route, with the secret key."""
        headers = {"Authorization": f"Bearer {self.local.env['CLERK_SECRET_KEY']}"}
        url = self.local.env["CLERK_API_URL"] + path
        return httpx2.request(
            method, url, headers=headers, json=body, timeout=60, verify=stack.NO_AUTHORITIES
        )

    def session_token(self, session: str, azp: str) -> str:
        """Mint a fresh token of a browser's session."""
        answer = self.backend("POST", f"/v1/sessions/{session}/tokens", {"azp": azp})
        return str(answer.raise_for_status().json()["jwt"])

    def _browser(self, path: str, form: Mapping[str, str], dev_browser: str = "") -> dict:
        answer = httpx2.post(
            f"{self.local.env['CLERK_API_URL']}/v1/{path}",
            params={"__clerk_db_jwt": dev_browser},
            headers={"Origin": self.local.origin},
            data=form,
            timeout=60,
            verify=stack.NO_AUTHORITIES,
        )
        return answer.raise_for_status().json()
