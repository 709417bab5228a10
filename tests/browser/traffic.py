"""What a page sends, and what it still holds."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable

from playwright.sync_api import Error, Page, Request, Response, Route


def requests_of(page: Page, path: str = "") -> list[Request]:
    """Return a list that grows with every request from now on, to addresses that end in `path`."""
    found: list[Request] = []
    page.on("request", lambda sent: found.append(sent) if sent.url.endswith(path) else None)
    return found


def tenants_in(requests: Iterable[Request]) -> set[str]:
    """Return the tenants that requests speak for: in their tokens and in what they expect."""
    tenants = set()
    for headers in (request.headers for request in requests):
        tenants |= {headers["x-expected-tenant"]} if "x-expected-tenant" in headers else set()
        tenants |= _tenants_of(_payload(headers.get("authorization", "")))
    return tenants


def token_names(requests: Iterable[Request]) -> set[str]:
    """Return the names in the Tinybird tokens of requests: `app:<tenant>:<user>`."""
    tokens = [_payload(request.headers.get("authorization", "")) for request in requests]
    return {claims["name"] for claims in tokens if "name" in claims}


def event_ids(requests: Iterable[Request]) -> set[str]:
    """Return the events that requests to /api/events bring."""
    sent = [request for request in requests if request.url.endswith("/api/events")]
    return {row["event_id"] for request in sent for row in request.post_data_json or []}


def report(page: Page, event: str) -> None:
    """Report an event as a script of the app's own does: the dashboard reports none."""
    module = "/static/roost/js/events.js"
    assert page.evaluate(f"(event) => import('{module}').then((it) => it.track(event))", event)


def refuse_events(refused: set[str]) -> Callable[[Route], None]:
    """Return a handler that takes no event and notes those that came."""

    def refuse(route: Route) -> None:
        refused.update(event_ids([route.request]))
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "not-ready"})

    return refuse


def release(held: Iterable[Route]) -> None:
    """Let requests go on that were held back."""
    for route in held:
        try:
            route.continue_()
        except Error:
            # The page has given this request up already.
            continue


def is_accepted(response: Response) -> bool:
    """Tell whether a response says that events were taken."""
    return response.url.endswith("/api/events") and response.status == 202


def held_by(page: Page) -> str:
    """Return all that a page holds, as one text: its DOM, its storage, its cookies' claims."""
    storage = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])"
    )
    cookies = page.context.cookies()
    claims = [f"{cookie['value']} {_payload(cookie['value'])}" for cookie in cookies]
    return "\n".join([page.content(), storage, *claims])


def _tenants_of(claims: dict) -> set[str]:
    fixed = {scope["fixed_params"]["tenant_id"] for scope in claims.get("scopes", [])}
    return fixed | ({claims["o"]["id"]} if "o" in claims else set())


def _payload(token: str) -> dict:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
