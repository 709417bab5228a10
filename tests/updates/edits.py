"""What owners do to a project between two updates."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..rendering import REPOSITORY
from .project import commit, git

PACKAGE = "src/acme_analytics"
PAGE = f"{PACKAGE}/dashboard"
LIBRARY = "vendor/roost/src/roost"
# Where, what stands there in every release, and what the owner writes instead.
CHANGES = (
    (f"{PACKAGE}/policy.py", "GRANTS = (\n", 'GRANTS = (\n    Grant("sign_ups"),\n'),
    (f"{PACKAGE}/policy.py", "CACHE_SECONDS = 2.0", "CACHE_SECONDS = 5.0"),
    (f"{PAGE}/templates/dashboard.html", "as it happens</h1>", "while it happens</h1>"),
    (f"{PAGE}/static/css/tokens.css", "--radius: 12px;", "--radius: 4px;"),
    (f"{PAGE}/static/charts/index.js", 'label: "Events",', 'label: "Everything",'),
    (
        "pyproject.toml",
        '    "granian[reload]>=2.8",\n',
        '    "granian[reload]>=2.8",\n    "tomli-w>=1",\n',
    ),
    (".github/workflows/ci.yml", "poe lint\n", "poe lint\n      - run: echo ours\n"),
)
# What 0.4.0 has moved into the library, and where.
CORE_LINE = ("A steady rate, and how much may come at once.", "A rate, and a burst.")
MOVED_CORE = (f"{PACKAGE}/core/limits.py", f"{LIBRARY}/policy/limits.py")
# Before which line of `web/` a route is written in each framework, and what is written.
ROUTES = {
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
REPORTS = '''"""Reports of our own."""

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
# As an update from before 0.4.0 leaves it: sorted, where the project's tools are at hand.
MOVED_REPORTS = REPORTS.replace(
    """from .core.access import Grant
from .core.limits import Limit
from .policy import GRANTS
from .settings import Settings
""",
    """from roost.policy.access import Grant
from roost.policy.limits import Limit
from roost.settings import Settings

from .policy import GRANTS
""",
)
NEW_FILES = {
    "tinybird/endpoints/sign_ups.pipe": """DESCRIPTION >
    How many people signed up.

NODE sign_ups
SQL >
    %
    SELECT uniqExact(user_id) AS users
    FROM events
    WHERE tenant_id = {{ String(tenant_id, required=True) }} AND event = 'sign_up'

TYPE endpoint
""",
    "tinybird/tests/sign_ups.yaml": """- name: nobody
  description: Another tenant sees nothing.
  parameters: tenant_id=org_fixture_nobody
  expected_result: |
    {"users":0}
""",
    f"{PACKAGE}/reports.py": REPORTS,
    "notes/plans.md": "Our plans.\n",
}
# What the policy imports comes from the library since 0.4.0.
IMPORTS = {
    "from .core.access import": "from roost.policy.access import",
    "from .core.limits import": "from roost.policy.limits import",
}
# 0.2.0 renamed this test, and 0.4.0 took it out of projects.
GONE = (f"{PACKAGE}/tests/test_shell.py", f"{PACKAGE}/tests/test_asgi.py")
GONE_LINE = ("Answer with the size of the body.", "Say how large the body is.")
DELETED = "AGENTS.md"
# A renamed test stays as its owner left it, so it is one of something that releases kept.
RENAMED = (f"{PACKAGE}/tests/test_credentials.py", f"{PACKAGE}/tests/test_bearer.py")
BELOW = "\n## Ours\n\nWhat this project is for.\n"
ENV_LINES = "TOKEN_TTL_SECONDS=120\nOUR_OWN=yes\n"
DEVSTACK = ["uv", "run", "--quiet", "--project", str(REPOSITORY / "template" / "devstack")]


def edit(project: Path, backend: str) -> None:
    """Do everything that this page names, and commit it."""
    for name, found, written in (*CHANGES, (MOVED_CORE[0], *CORE_LINE)):
        replace(project / name, found, written)
    for name, text in NEW_FILES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    replace(project / gone_test(project), *GONE_LINE)
    write_routes(project, backend)
    # Their pipe is of the older form: the strict lint refuses it, the other one warns.
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("\nstrict = true #", "\nstrict = false #"))
    (project / DELETED).unlink()
    (project / RENAMED[0]).rename(project / RENAMED[1])
    for name, text in ((".env", ENV_LINES), ("README.md", BELOW)):
        with (project / name).open("a") as file:
            file.write(text)
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, check=True)
    list_endpoints(project)
    commit(project)


def write_routes(project: Path, backend: str) -> None:
    """Add a route to the framework's room, as it was before there was an `app.py`."""
    for name, found, written in ROUTES[backend]:
        path = project / PACKAGE / "web" / name
        if found not in path.read_text():
            found, written = (text.replace(*SINCE_0_2_0) for text in (found, written))
        replace(path, found, written + found)


def gone_test(project: Path) -> str:
    """Return the edited test by its name before the update."""
    tracked = git("ls-tree", "-r", "--name-only", "HEAD", cwd=project).splitlines()
    return next(name for name in GONE if name in tracked)


def replace(path: Path, found: str, written: str) -> None:
    """Change a text of a file, which must be there once."""
    text = path.read_text()
    assert text.count(found) == 1, f"{path}: {found}"
    path.write_text(text.replace(found, written))


def list_endpoints(project: Path) -> None:
    """Write the app's list of endpoints, as `uv run poe endpoints` does."""
    subprocess.run(
        [*DEVSTACK, "devstack", "endpoints", "--write"],
        cwd=project,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def lost(project: Path, said: str, backend: str) -> list[str]:
    """Return the edits that are not there any more, and that the update has not named either."""
    texts = [(name, written) for name, _, written in CHANGES]
    texts += [(MOVED_CORE[1], CORE_LINE[1]), ("README.md", BELOW)]
    texts += [(name, text) for name, text in NEW_FILES.items() if not name.endswith(".py")]
    texts += [(f"{PACKAGE}/reports.py", MOVED_REPORTS)]
    gone = [name for name, text in texts if text not in (project / name).read_text()]
    named = [(gone_test(project), GONE_LINE[1]), *_routes(project, backend)]
    gone += [name for name, text in named if not _is_named(project, said, name, text)]
    back = [name for name in (DELETED, RENAMED[0], *GONE) if (project / name).exists()]
    away = [] if (project / RENAMED[1]).is_file() else [RENAMED[1]]
    return gone + back + away


def moved_imports(text: str) -> str:
    """Return the policy as an update from before 0.4.0 leaves it."""
    for found, written in IMPORTS.items():
        text = text.replace(found, written)
    return text


def _routes(project: Path, backend: str) -> list[tuple[str, str]]:
    """Return the routes that the library does not hold now."""
    gone = []
    for name, _, written in ROUTES[backend]:
        new = (project / LIBRARY / backend / name).read_text()
        if written not in new and written.replace(*SINCE_0_2_0) not in new:
            gone.append((f"{PACKAGE}/web/{name}", '"ours"' if "ours" in written else written))
    return gone


def _is_named(project: Path, said: str, name: str, text: str) -> bool:
    command = f"git show HEAD:{name}"
    return command in said and text in git(*command.split()[1:], cwd=project)
