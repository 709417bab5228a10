"""What `dev` says once everything runs: one line, for whoever started it."""

from __future__ import annotations

from collections.abc import Mapping

from ..clerk.demo import demo_file, sign_in_hint
from .project import Project

_PARTIES = "CLERK_AUTHORIZED_PARTIES"
_END = "Ctrl-C ends it."


def ready_line(project: Project, url: str, environ: Mapping[str, str], data: str = "") -> str:
    """Say what can be opened at `url`, from which other origins it may be called, and by whom.

    A data project alone has services, and no pages of its own.

    Args: data: the address of the page that shows the local data, empty where there is none.
    """
    clerk = environ.get("CLERK_PROXY_URL")
    parts = (
        f"Ready: {_opened(project, url, environ)}",
        _callers(project, url, environ) if project.app else "",
        f"mails at {clerk}/mails" if clerk else "",
        f"data at {data}" if data else "",
        sign_in_hint(demo_file(project.root)),
        _END,
    )
    return "  ".join(part for part in parts if part)


def _opened(project: Project, url: str, environ: Mapping[str, str]) -> str:
    if not project.app:
        return f"Tinybird at {environ['TINYBIRD_API_URL']}, Clerk at {environ['CLERK_API_URL']}"
    return ", ".join(url + path for path in project.opens or ("",))


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
