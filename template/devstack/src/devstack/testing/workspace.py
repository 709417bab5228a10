"""A workspace of one test: rows in by the Events API, endpoints out as Python values."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt

_ALIVE_S = 3600


class Refused(AssertionError):
    """Tinybird refused a request: `status`, and `error` as it says it."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(f"{status}: {error}")
        self.status, self.error = status, error


class RowsQuarantined(AssertionError):
    """Rows did not fit the datasource; the text says how many, and why the first did not."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace with a project built and no rows; `token` is its admin's and signs JWTs."""

    url: str
    id: str
    token: str = field(repr=False)
    http: httpx2.Client = field(repr=False)

    @property
    def env(self) -> dict[str, str]:
        """What an app under test needs to read this workspace."""
        return {
            "TINYBIRD_API_URL": self.url,
            "TINYBIRD_WORKSPACE_ID": self.id,
            "TINYBIRD_JWT_SECRET": self.token,
        }

    def send(self, datasource: str, *rows: Mapping[str, object]) -> None:
        """Send rows by the Events API; they can be read when this returns.

        Raises: Refused.  RowsQuarantined: the others are stored.
        """
        sent = self._asked(
            "POST",
            "/v0/events",
            params={"name": datasource, "wait": "true"},
            content="\n".join(map(json.dumps, rows)),
        ).json()
        if sent["quarantined_rows"]:
            why = self.sql(f"SELECT c__error FROM {datasource}_quarantine LIMIT 1")
            raise RowsQuarantined(f"{sent['quarantined_rows']} of {len(rows)} rows: {why}")

    def endpoint(
        self, name: str, parameters: Mapping[str, object] | None = None, *, token: str | None = None
    ) -> list[dict[str, Any]]:
        """Read an endpoint and return its rows.

        Args: token: whose reads it is, such as `jwt()`; the admin's unless given.
        Raises: Refused.
        """
        texts = {key: str(value) for key, value in (parameters or {}).items()}
        answer = self._asked("GET", f"/v0/pipes/{name}.json", token=token, params=texts)
        return answer.json()["data"]

    def sql(self, query: str, *, token: str | None = None) -> list[dict[str, Any]]:
        """Ask a question in SQL and return its rows.

        Raises: Refused.
        """
        question = {"q": f"{query} FORMAT JSON"}
        return self._asked("GET", "/v0/sql", token=token, params=question).json()["data"]

    def jwt(self, *endpoints: str, **fixed: str) -> str:
        """Return a JWT that reads some endpoints, their parameters fixed; it holds for an hour.

        `jwt("top_pages", tenant_id="acme")` is a tenant's.
        """
        scopes = [
            {"type": "PIPES:READ", "resource": name, "fixed_params": fixed} for name in endpoints
        ]
        expires_at = int(time.time()) + _ALIVE_S
        claims = {"workspace_id": self.id, "name": "test", "exp": expires_at, "scopes": scopes}
        return jwt.encode(claims, self.token, algorithm="HS256")

    def static_token(self, name: str) -> str:
        """Return the value of a token that the datafiles name.

        Raises: Refused: there is none.
        """
        return self._asked("GET", f"/v0/tokens/{name}").json()["token"]

    def _asked(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: str | None = None,
        token: str | None = None,
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        answer = self.http.request(method, path, params=params, content=content, headers=headers)
        return taken(answer)


def taken(answer: httpx2.Response) -> httpx2.Response:
    """Return an answer that Tinybird gave.  Raises: Refused: it is an error."""
    if answer.status_code >= 400:
        raise Refused(answer.status_code, answer.json().get("error", answer.text))
    return answer
