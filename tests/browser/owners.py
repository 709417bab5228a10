"""An owner of the product who has more than its pages: other sites that show its charts."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from playwright.sync_api import FrameLocator, Locator, Page

from ..product import stack
from .sites import Site, another_site
from .teaching import taught

if TYPE_CHECKING:
    from .conftest import Product

ADA = "user_local_ada"
# The charts that guests may be shown.
SHOWN = ("active_users", "events_over_time", "funnel", "retention", "top_events")
_SIGN = """
import json, sys
from roost.project import find_project

print(find_project().embed_url(**json.loads(sys.argv[1])))
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta http-equiv="Content-Security-Policy" content="default-src 'none';
    script-src 'self' {app}; connect-src {app} {tinybird}; style-src 'self'">
  <meta name="color-scheme" content="light dark">
  <title>The owner's page</title>
</head>
<body>
  <h1>Numbers</h1>
  {chart}
</body>
</html>
"""
_FRAMING = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="color-scheme" content="light dark">
  <title>A customer's page</title>
</head>
<body>
  <h1>Numbers</h1>
  {frame}
</body>
</html>
"""
# What is the owner's of the script that the documentation teaches: where a session token is from.
_SESSION = """
let token = "TOKEN";
async function sessionToken() { return token; }
window.signInWith = (given) => (token = given);
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """The app of an owner whose policy lets guests read, and a site on an origin of its own.

    The site's origin is among the authorized parties.
    """

    url: str
    env: dict[str, str]
    site: Site
    product: Product
    project: Path

    def token(self, tenant: str) -> str:
        """Return a session token for a tenant."""
        return self.product.stack.session_token(ADA, tenant)

    def open_chart(self, page: Page, tenant: str, before: str = "") -> Locator:
        """Open the page with one chart that the documentation teaches, signed in."""
        html = before + taught("browser", "page.html")
        addresses = {"app": self.url, "tinybird": self.env["TINYBIRD_API_URL"]}
        self.site.files["/"] = _PAGE.format(chart=html, **addresses)
        script = taught("browser", "page.js").replace("https://app.example.com", self.url)
        session = _SESSION.replace("TOKEN", self.token(tenant))
        self.site.files["/page.js"] = session + script
        page.goto(self.site.origin)
        return page.locator("roost-chart")

    def address(
        self,
        tenant: str,
        chart: str = "top_events",
        params: Mapping[str, object] = MappingProxyType({"limit": 1}),
    ) -> str:
        """Sign the address of a chart of a tenant's on the site."""
        asked = {"chart": chart, "tenant_id": tenant, "origins": self.site.origin}
        given = json.dumps({"base": self.url, "params": dict(params), **asked})
        python = self.project / ".venv" / "bin" / "python"
        done = subprocess.run(
            [python, "-c", _SIGN, given],
            cwd=self.project,
            env=self.env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip()


@contextlib.contextmanager
def running_owner(product: Product, project: Path, folder: Path) -> Generator[Owner]:
    """Serve the product with a policy that knows guests, and a site beside it.

    Args: folder: where the owner's sources are put.
    """
    sources = shutil.copytree(project / "src", folder / "src")
    (policy,) = sources.glob("*/policy.py")
    policy.write_text(f"{policy.read_text()}\nGUEST_ENDPOINTS = {SHOWN!r}\n")
    with another_site() as site:
        port = stack.free_port()
        own = {
            "PYTHONPATH": str(sources),
            "PORT": str(port),
            "CLERK_AUTHORIZED_PARTIES": f"{product.url},http://127.0.0.1:{port},{site.origin}",
        }
        env = product.stack.env | own
        with stack.running_app(env, project) as url:
            yield Owner(url, env, site, product, project)


def framed(page: Page, site: Site, address: str, policy: str = "") -> FrameLocator:
    """Open a site's page that has an address in a frame."""
    frame = taught("guests", "page.html").replace("ADDRESS", address)
    attribute = f'<iframe referrerpolicy="{policy}"' if policy else "<iframe"
    site.files["/"] = _FRAMING.format(frame=frame.replace("<iframe", attribute))
    page.goto(site.origin)
    return page.frame_locator("iframe")
