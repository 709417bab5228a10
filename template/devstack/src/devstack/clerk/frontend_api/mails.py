"""The page of the local Clerk that shows the mails which it never sends."""

from __future__ import annotations

import html
import secrets
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse

from ..records import Mail
from .caller import instance_of

_PAGE = Template(Path(__file__).with_name("mails.html").read_text(encoding="utf-8"))
_MAIL = Template(
    "<li><article><h2>$subject</h2>"
    '<p class="meta">to <b>$to</b>, <time datetime="$iso">$at</time></p>'
    "<p>$text</p>$action</article></li>"
)
_NONE = "<p>No mail yet. Sign up in the app, or invite somebody into an organization there.</p>"


async def mails_page(request: Request) -> HTMLResponse:
    """List the mails, the newest first, each with its link or its code."""
    instance = instance_of(request)
    nonce = secrets.token_urlsafe(16)
    mails = "\n".join(_mail(mail) for mail in instance.outbox.mails())
    text = _PAGE.substitute(
        name=html.escape(instance.directory.demo.name),
        mails=f"<ol>\n{mails}\n</ol>" if mails else _NONE,
        nonce=nonce,
    )
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'"
    headers = {
        "Content-Security-Policy": f"{policy}; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        # The page at the end of a link must not learn the link's ticket.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, headers=headers)


def _mail(mail: Mail) -> str:
    at = datetime.fromtimestamp(mail.sent_at / 1000, UTC)
    return _MAIL.substitute(
        subject=html.escape(mail.subject),
        to=html.escape(mail.to),
        iso=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        at=f"{at:%Y-%m-%d %H:%M:%S} UTC",
        text=html.escape(mail.text),
        action=_action(mail.action),
    )


def _action(action: str) -> str:
    escaped = html.escape(action)
    if action.startswith("http"):
        return f'<p><a href="{escaped}">{escaped}</a></p>'
    return f'<p class="code">{escaped}</p>'
