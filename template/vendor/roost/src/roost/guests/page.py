"""The page in the frame: one chart, read by its script with the token of the fragment."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import NamedTuple

from roost.dashboard import SERVED_AT
from roost.guests.address import Frame, FrameRefused

EMBED_PATH = "/embed"
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title}</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="{root}/static/css/tokens.css">
  <link rel="stylesheet" href="{root}{files}/css/embed.css">{script}
</head>
<body>
  <main data-state="{state}"{about}>
    <h1>{title}</h1>
    <div class="plot"></div>
    <p class="note" role="status">{note}</p>
  </main>
</body>
</html>
"""
_SCRIPT = '\n  <script type="module" src="{root}{files}/js/embed.js"></script>'
_WAITING = "Loading"


class PageAnswer(NamedTuple):
    """A page as every framework answers it."""

    status: int
    headers: Mapping[str, str]
    body: str


def frame_page(frame: Frame, api_url: str, tinybird: str, root: str) -> PageAnswer:
    """Make the page of a frame.

    Args: api_url: where its script reads.  tinybird: the origin of that.  root: the path under
    which the product is, without a slash at its end.
    """
    about = {"api": api_url, "endpoint": frame.endpoint, "tenant": frame.tenant_id}
    about["spec"] = f"{root}/static/charts/{frame.chart}.json"
    body = _PAGE.format(
        title=html.escape(frame.chart.replace("_", " ").capitalize()),
        root=html.escape(root),
        files=SERVED_AT,
        script=_SCRIPT.format(root=html.escape(root), files=SERVED_AT),
        state="loading",
        about="".join(f' data-{name}="{html.escape(text)}"' for name, text in about.items()),
        note=_WAITING,
    )
    policy = {
        "script-src": "'self'",
        "connect-src": f"'self' {tinybird}",
        "style-src": "'self'",
        "img-src": "data:",
        "frame-ancestors": " ".join(frame.origins),
    }
    return PageAnswer(200, _headers(policy), body)


def refusal_page(refused: FrameRefused, root: str) -> PageAnswer:
    """Make the page that says in one sentence why there is no chart.

    Any site may frame it: it holds nothing, and else its sentence would be shown to nobody.
    """
    body = _PAGE.format(
        title="No chart",
        root=html.escape(root),
        files=SERVED_AT,
        script="",
        state="error",
        about="",
        note=html.escape(refused.sentence),
    )
    policy = {"style-src": "'self'", "img-src": "data:", "frame-ancestors": "*"}
    return PageAnswer(refused.status, _headers(policy), body)


def _headers(policy: Mapping[str, str]) -> dict[str, str]:
    whole = {"default-src": "'none'", **policy, "base-uri": "'none'", "form-action": "'none'"}
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in whole.items()),
        "Cache-Control": "private, no-store",
        # The address is a permission as well, though a small one.
        "Referrer-Policy": "no-referrer",
    }
