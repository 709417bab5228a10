"""What only Clerk itself can say: whether an organization or a user is really gone.

Source: https://clerk.com/docs/reference/backend-api
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable
from roost.purge.unfinished import PurgeUnfinished
from roost.settings import Settings

_PATHS = {"organization": "/v1/organizations/", "user": "/v1/users/"}


@dataclass(frozen=True, slots=True)
class Clerk:
    """Clerk's Backend API, with CLERK_SECRET_KEY."""

    settings: Settings
    client: AsyncClient

    async def check_instance(self) -> None:
        """Make sure that the secret key belongs to the instance that the app's users are of.

        Another instance knows none of them, and would say of every tenant that it is gone.
        Raises: PurgeUnfinished.
        """
        ours = await self._ask(f"{self.settings.clerk_api_url}/v1/jwks")
        theirs = await self._exchange(Outgoing("GET", self.settings.jwks_url))
        if not _key_ids(ours) & _key_ids(theirs):
            raise PurgeUnfinished(
                "CLERK_SECRET_KEY is of another Clerk instance than CLERK_PUBLISHABLE_KEY."
            )

    async def is_gone(self, kind: str, id_: str) -> bool:
        """Tell whether Clerk has no such organization or user.

        Raises: PurgeUnfinished: on any answer but a plain yes or no.
        """
        answer = await self._ask(f"{self.settings.clerk_api_url}{_PATHS[kind]}{id_}")
        if answer.status == 200:
            return False
        # A 404 of something else, a proxy or a wrong address, says nothing about the tenant.
        if answer.status == 404 and _codes(answer) == ["resource_not_found"]:
            return True
        raise PurgeUnfinished(f"Clerk answers {answer.status} when asked for {kind} {id_}.")

    async def _ask(self, url: str) -> Answer:
        headers = {"Authorization": f"Bearer {self.settings.clerk_secret_key}"}
        return await self._exchange(Outgoing("GET", url, headers))

    async def _exchange(self, outgoing: Outgoing) -> Answer:
        try:
            return await self.client.exchange(outgoing)
        except Unreachable as error:
            raise PurgeUnfinished(f"Clerk does not answer at {outgoing.url}.") from error


def _key_ids(answer: Answer) -> set[str]:
    try:
        return {str(key["kid"]) for key in json.loads(answer.body)["keys"]}
    except (ValueError, KeyError, TypeError) as error:
        raise PurgeUnfinished(f"Clerk answers {answer.status} when asked for its keys.") from error


def _codes(answer: Answer) -> list[str]:
    try:
        return [error["code"] for error in json.loads(answer.body)["errors"]]
    except (ValueError, KeyError, TypeError):
        return []
