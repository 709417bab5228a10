"""What owners edit in projects since 0.4.0, whose product is a library."""

from __future__ import annotations

from .eras import LIBRARY, PACKAGE, Era

LIMITS = f"{LIBRARY}/policy/limits.py"
# Sorted, as the project's own tools leave it.
REPORTS = '''"""Reports of our own."""

from __future__ import annotations

from roost.policy.access import Grant
from roost.policy.limits import Limit
from roost.settings import Settings

from .policy import GRANTS

REPORTED: tuple[Grant, ...] = GRANTS
RATE = Limit(per_second=1, burst=2)


def host_of(settings: Settings) -> str:
    """Return whom a report is sent to."""
    return settings.tinybird_api_url
'''
# Before the route that each project begins with.
_ROUTES = {
    "fastapi": (
        (
            "app.py",
            '@app.get("/api/hello")',
            '@app.get("/api/report")\nasync def report() -> str:\n    """Ours."""\n'
            '    return "ours"\n\n\n',
        ),
    ),
    "flask": (
        (
            "app.py",
            '    @app.get("/api/hello")',
            '    @app.get("/api/report")\n    @tenant_required\n    def report() -> str:\n'
            '        """Ours."""\n        return "ours"\n\n',
        ),
    ),
    "django": (
        ("urls.py", '    path("api/hello",', '    path("api/report", views.report),\n'),
        (
            "views.py",
            '@require_method("GET")\n@tenant_required\ndef hello(',
            '@require_method("GET")\ndef report(request: ClerkRequest) -> HttpResponse:\n'
            '    """Ours."""\n    return HttpResponse("ours")\n\n\n',
        ),
    ),
    "litestar": (
        (
            "app.py",
            '@get("/api/hello"',
            '@get("/api/report", sync_to_thread=False)\ndef report() -> str:\n    """Ours."""\n'
            '    return "ours"\n\n\n',
        ),
    ),
}

ERA = Era(
    limits=(LIMITS, LIMITS),
    room=(PACKAGE, PACKAGE),
    routes=_ROUTES,
    reports=(REPORTS, REPORTS),
    renamed=("tests/test_app.py", "tests/test_our_app.py"),
)
