"""The page for an address where nothing is: for people, where programs get a problem document."""

from __future__ import annotations

import html
from typing import NamedTuple

from roost.errors import PROBLEM_TYPE, AppError, encode_problem

PAGE_TYPE = "text/html; charset=utf-8"
# What only programs and pages ask for.
_NEVER_PAGES = ("/api", "/static")
_STYLE = """
    body { max-width: 34rem; margin: 18vh auto 0; padding: 0 24px; font: 16px/1.5 system-ui,
      sans-serif; background: var(--background, Canvas); color: var(--text, CanvasText); }
    a { color: var(--brand, LinkText); }
"""


class Asked(NamedTuple):
    """What a refused request asked for.

    root: what stands before every path of the app.  path: the part behind it.  accept: the header.
    """

    root: str
    path: str
    accept: str | None


def encode_refusal(
    error: AppError, asked: Asked, product_name: str, *, has_pages: bool
) -> tuple[bytes, str]:
    """Return the body of a refusal and its media type.

    Args: has_pages: whether the app has a start page, which the page for nothing then leads to.
    """
    if error.code != "not-found" or not _is_for_people(asked):
        return encode_problem(error), PROBLEM_TYPE
    return _page(asked.root, product_name, has_pages=has_pages).encode(), PAGE_TYPE


def _is_for_people(asked: Asked) -> bool:
    if any(f"{asked.path}/".startswith(f"{start}/") for start in _NEVER_PAGES):
        return False
    # Browsers name it when somebody follows a link, and never when a script asks.
    kinds = (part.partition(";")[0].strip().lower() for part in (asked.accept or "").split(","))
    return "text/html" in kinds


def _page(root: str, product_name: str, *, has_pages: bool) -> str:
    name, start = html.escape(product_name), html.escape(root)
    colours = f'<link rel="stylesheet" href="{start}/static/css/tokens.css">' if has_pages else ""
    way = f'<p><a href="{start}/">Go to the start page</a></p>' if has_pages else ""
    return f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Not found · {name}</title>
  <link rel="icon" href="data:,">
  {colours}
  <style>{_STYLE}  </style>
</head>
<body>
  <main>
    <h1>There is nothing at this address</h1>
    <p>The link may be old, or mistyped.</p>
    {way}
  </main>
</body>
</html>
"""
