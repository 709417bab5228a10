"""Ask the running local Clerk for a session token, as `devstack session-token` does."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from ..errors import UserError
from ..identity import Identity
from ..loopback import NO_AUTHORITIES
from .tokens import Version

_TIMEOUT_S = 10.0


class SessionTokenUnavailable(UserError):
    """The local Clerk does not run, or refuses the pair; the sentence says which."""


def session_token(
    identity: Identity,
    clerk_url: str,
    user: str,
    org: str | None,
    azp: str,
    version: Version | None = None,
) -> str:
    """Open a session of `user` with `org` active and return a token of it.

    Args: azp: the loopback origin of the app that the token is for.  version: None for the
        server's own.
    Raises: SessionTokenUnavailable: nothing answers at `clerk_url`, the user is unknown or does
        not belong to `org`.
    """
    headers = {"Authorization": f"Bearer {identity.clerk_secret_key}"}
    with httpx2.Client(
        base_url=clerk_url, headers=headers, timeout=_TIMEOUT_S, verify=NO_AUTHORITIES
    ) as client:
        session = _post(client, "/v1/sessions", {"user_id": user, "active_organization_id": org})
        path = f"/v1/sessions/{session['id']}/tokens"
        return _post(client, path, {"azp": azp, "version": version})["jwt"]


def _post(client: httpx2.Client, path: str, body: Mapping[str, object]) -> dict[str, str]:
    try:
        response = client.post(path, json=body)
    except httpx2.TransportError as error:
        raise SessionTokenUnavailable(
            f"The local Clerk does not answer at {client.base_url}: "
            "start it with `uv run poe dev` or `uv run poe clerk`."
        ) from error
    if response.status_code != 200:
        raise SessionTokenUnavailable(_refusal(response))
    answer: dict[str, str] = response.json()
    return answer


def _refusal(response: httpx2.Response) -> str:
    try:
        message = str(response.json()["errors"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return f"What answers at {response.url} is not the local Clerk ({response.status_code})."
    return message if response.status_code != 401 else f"{message} Is it another project's Clerk?"
