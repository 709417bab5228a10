"""What owners edit in projects from before 0.4.0, whose product was theirs too."""

from __future__ import annotations

from .eras import LIBRARY, PACKAGE, Era
from .since_library import LIMITS, REPORTS

# Before which line of `web/` a route is written in each framework, and what is written.
_ROUTES = {
    "fastapi": (
        (
            "routes.py",
            '@api.get("/analytics/{endpoint}"',
            '@api.get("/report")\nasync def report() -> str:\n    """Ours."""\n'
            '    return "ours"\n\n\n',
        ),
    ),
    "flask": (
        (
            "routes.py",
            "def _json(",
            '@api.get("/api/report")\n@tenant_required\ndef report() -> str:\n    """Ours."""\n'
            '    return "ours"\n\n\n',
        ),
    ),
    "django": (
        ("urls.py", '    path("api/me",', '    path("api/report", views.report),\n'),
        (
            "views.py",
            "def nothing(",
            "def report(request: HttpRequest) -> HttpResponse:\n"
            '    """Ours."""\n    return HttpResponse("ours")\n\n\n',
        ),
    ),
    "litestar": (
        (
            "routes.py",
            "def api_router(",
            '@get("/report", sync_to_thread=False)\ndef report() -> str:\n    """Ours."""\n'
            '    return "ours"\n\n\n',
        ),
    ),
}
# Of this form from 0.2.0 on; the older one has no place in the library.
SINCE_0_2_0 = ('@api.get("/', '@router.get("/api/')
_REPORTS = '''"""Reports of our own."""

from __future__ import annotations

from .core.access import Grant
from .core.limits import Limit
from .policy import GRANTS
from .settings import Settings

REPORTED: tuple[Grant, ...] = GRANTS
RATE = Limit(per_second=1, burst=2)


def host_of(settings: Settings) -> str:
    """Return whom a report is sent to."""
    return settings.tinybird_api_url
'''
# What the policy imports comes from the library since 0.4.0.
IMPORTS = {
    "from .core.access import": "from roost.policy.access import",
    "from .core.limits import": "from roost.policy.limits import",
}
# 0.2.0 renamed this test, and 0.4.0 took it out of projects.
GONE = (f"{PACKAGE}/tests/test_shell.py", f"{PACKAGE}/tests/test_asgi.py")
GONE_LINE = ("Answer with the size of the body.", "Say how large the body is.")

ERA = Era(
    limits=(f"{PACKAGE}/core/limits.py", LIMITS),
    room=(f"{PACKAGE}/web", f"{LIBRARY}/{{}}"),
    routes=_ROUTES,
    reports=(_REPORTS, REPORTS),
    # A renamed test stays as its owner left it, so it is one of something that releases kept.
    renamed=(f"{PACKAGE}/tests/test_credentials.py", f"{PACKAGE}/tests/test_bearer.py"),
    gone=GONE,
)


def moved_imports(text: str) -> str:
    """Return the policy as an update from before 0.4.0 leaves it."""
    for found, written in IMPORTS.items():
        text = text.replace(found, written)
    return text
