"""What `dev` says once everything runs: one line, for whoever started it."""

from __future__ import annotations

from collections.abc import Mapping

from ..clerk.demo import sign_in_hint
from .project import Project

_PARTIES = "CLERK_AUTHORIZED_PARTIES"
_END = "Ctrl-C ends it."


def ready_line(project: Project, url: str, environ: Mapping[str, str]) -> str:
    """Say what can be opened at `url`, from which other origins it may be called, and by whom.

    A data project alone has services and nothing to open.
    """
    if not project.app:
        served = f"Tinybird at {environ['TINYBIRD_API_URL']}, Clerk at {environ['CLERK_API_URL']}"
        return "  ".join((f"Ready: {served}", sign_in_hint(), _END))
    opened = ", ".join(url + path for path in project.opens or ("",))
    parts = (f"Ready: {opened}", _callers(project, url, environ), sign_in_hint(), _END)
    return "  ".join(part for part in parts if part)


def _callers(project: Project, url: str, environ: Mapping[str, str]) -> str:
    own = {url, url.replace("//127.0.0.1:", "//localhost:")}
    parties = (party.strip() for party in environ.get(_PARTIES, "").split(","))
    others = [party for party in parties if party and party not in own]
    if others:
        return f"apps on {', '.join(others)} may call it"
    # What has pages at its root is complete without any.
    if not project.opens:
        return ""
    return f"an app on another origin may call it once {_PARTIES} names that"
