"""What a page is given: its data block and its Content-Security-Policy."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from roost.identity.tenancy import Tenancy, Tenant
from roost.net.origins import origin_of
from roost.policy.catalog import Catalog
from roost.policy.product import JWT_TEMPLATE, Product
from roost.tinybird.tokens import TinybirdToken

if TYPE_CHECKING:
    from roost.settings import Settings

# Clerk's bot protection and pictures.
# Source: https://clerk.com/docs/guides/secure/best-practices/csp-headers
_CHALLENGES = "https://challenges.cloudflare.com"
_PICTURES = "https://img.clerk.com"
# What ClerkJS consists of, below the Frontend API.
UI_SCRIPT = "/npm/@clerk/ui@1/dist/ui.browser.js"
CLERK_SCRIPT = "/npm/@clerk/clerk-js@6/dist/clerk.browser.js"


class ClerkData(TypedDict):
    """What ClerkJS is started with; `frontend_api` is where its scripts come from."""

    publishable_key: str
    proxy_url: str | None
    frontend_api: str
    sign_in_url: str
    sign_up_url: str
    after_sign_in_url: str
    after_sign_up_url: str


class TinybirdData(TypedDict):
    """Where the page reads from, how often it may, and which JWT template mints its tokens.

    api_url: None where the page reads through the backend, with no token of its own.
    template: None where the backend mints them, or nobody has to.
    """

    api_url: str | None
    rps: int
    template: str | None


class InitialData(TypedDict):
    """The first token, of the session that asked for the page."""

    token: str
    expires_at: int
    tenant_id: str
    user_id: str
    org_slug: str | None
    endpoints: list[str]


class PageData(TypedDict):
    """The JSON block `page-data` of a page."""

    clerk: ClerkData
    tinybird: TinybirdData
    tenancy: Tenancy
    initial: InitialData | None


class PublicEndpoint(TypedDict):
    """What everybody may read, as the public page calls it."""

    name: str
    title: str
    description: str


class PageContext(TypedDict):
    """The variables of the templates; `page_data` is JSON, escaped already.

    root: what stands before every path of the app: "", or "/analytics" where it is mounted there.
    tenancy: whose the data is, so that a page of single users speaks of no team.
    browser_scripts: where the browser module is, below `root`, to be asked for early.
    """

    root: str
    page_title: str
    tenancy: Tenancy
    clerk_frontend_api: str
    browser_scripts: list[str]
    page_data: str
    public_endpoints: list[PublicEndpoint]


def page_context(
    title: str,
    data: PageData,
    public_endpoints: list[PublicEndpoint],
    root: str,
    browser_scripts: list[str],
) -> PageContext:
    """Build the variables of a template."""
    return PageContext(
        root=root,
        page_title=title,
        tenancy=data["tenancy"],
        clerk_frontend_api=data["clerk"]["frontend_api"],
        browser_scripts=browser_scripts,
        page_data=script_json(data),
        public_endpoints=public_endpoints,
    )


def describe_public(names: Iterable[str], catalog: Catalog) -> list[PublicEndpoint]:
    """Describe the public endpoints, by name."""
    return [
        PublicEndpoint(
            name=name,
            title=name.replace("_", " ").capitalize(),
            description=catalog[name].description,
        )
        for name in sorted(names)
    ]


def page_data(settings: Settings, product: Product, initial: InitialData | None) -> PageData:
    """Build the data block of a page."""
    clerk = ClerkData(
        publishable_key=settings.clerk_key.text,
        proxy_url=settings.clerk_proxy_url,
        frontend_api=settings.frontend_api,
        sign_in_url=settings.sign_in_url,
        sign_up_url=settings.sign_up_url,
        after_sign_in_url=settings.after_sign_in_url,
        after_sign_up_url=settings.after_sign_up_url,
    )
    tinybird = tinybird_data(settings, product)
    return PageData(clerk=clerk, tinybird=tinybird, tenancy=product.tenancy, initial=initial)


def tinybird_data(settings: Settings, product: Product) -> TinybirdData:
    """Say how the pages read."""
    is_direct = settings.dashboard_reads == "direct"
    is_minted_by_clerk = is_direct and product.minting == "clerk_template"
    return TinybirdData(
        api_url=settings.tinybird_api_url if is_direct else None,
        rps=settings.token_rules.rate_limit_rps,
        template=JWT_TEMPLATE if is_minted_by_clerk else None,
    )


def initial_data(tenant: Tenant, token: TinybirdToken) -> InitialData:
    """Build the part of the data block that belongs to a valid session."""
    return InitialData(
        token=token.text,
        expires_at=token.expires_at,
        tenant_id=tenant.id,
        user_id=tenant.user_id,
        org_slug=tenant.session.org_slug,
        endpoints=token.endpoints,
    )


def script_json(data: PageData) -> str:
    """Encode data for a `<script type="application/json">`: nothing in it ends the element."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def clerk_scripts(settings: Settings) -> str:
    """Return the elements that load ClerkJS, which then waits for `Clerk.load(...)`.

    Source: https://clerk.com/docs/js-frontend/getting-started/quickstart
    """
    attributes = {"data-clerk-publishable-key": settings.clerk_key.text}
    if settings.clerk_proxy_url:
        attributes["data-clerk-proxy-url"] = settings.clerk_proxy_url
    return "".join(
        _script({"src": settings.frontend_api + path, **given})
        for path, given in ((UI_SCRIPT, {}), (CLERK_SCRIPT, attributes))
    )


def _script(attributes: dict[str, str]) -> str:
    listed = "".join(f' {name}="{html.escape(text)}"' for name, text in attributes.items())
    return f'<script defer crossorigin="anonymous"{listed}></script>'


def content_security_policy(settings: Settings) -> str:
    """Return the policy of the app's pages: scripts from here and from Clerk, none inline."""
    clerk = origin_of(settings.frontend_api)
    asked = ["'self'", clerk]
    if settings.dashboard_reads == "direct":
        asked.append(origin_of(settings.tinybird_api_url))
    if settings.frontend_mode == "dev":
        # Vite tells the page of saved files; not every browser takes 'self' for a socket's origin.
        asked += [party.replace("http", "ws", 1) for party in settings.authorized_parties]
    directives = {
        "default-src": "'self'",
        "script-src": f"'self' {clerk} {_CHALLENGES}",
        "connect-src": " ".join(asked),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: {_PICTURES} {clerk}",
        "worker-src": "'self' blob:",
        "frame-src": _CHALLENGES,
        "frame-ancestors": settings.frame_ancestors,
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
