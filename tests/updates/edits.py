"""What owners do to a project between two updates."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..rendering import REPOSITORY
from .project import commit

PACKAGE = "src/acme_analytics"
PAGE = f"{PACKAGE}/dashboard"
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
    f"{PACKAGE}/reports.py": '"""Reports of our own."""\n',
    "notes/plans.md": "Our plans.\n",
}
# 0.2.0 moved this file, and a migration brings the owner's edits along.
MOVED = (f"{PACKAGE}/tests/test_shell.py", f"{PACKAGE}/tests/test_asgi.py")
MOVED_LINE = ("Answer with the size of the body.", "Say how large the body is.")
DELETED = "AGENTS.md"
# A renamed test stays as its owner left it, so it is one of something that releases kept.
RENAMED = (f"{PACKAGE}/tests/test_credentials.py", f"{PACKAGE}/tests/test_bearer.py")
ENV_LINES = "TOKEN_TTL_SECONDS=120\nOUR_OWN=yes\n"
DEVSTACK = ["uv", "run", "--quiet", "--project", str(REPOSITORY / "template" / "devstack")]


def edit(project: Path) -> None:
    """Do everything that this page names, and commit it."""
    for name, found, written in CHANGES:
        replace(project / name, found, written)
    for name, text in NEW_FILES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    replace(next(project / name for name in MOVED if (project / name).exists()), *MOVED_LINE)
    # Their pipe is of the older form: the strict lint refuses it, the other one warns.
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("\nstrict = true #", "\nstrict = false #"))
    (project / DELETED).unlink()
    (project / RENAMED[0]).rename(project / RENAMED[1])
    with (project / ".env").open("a") as env:
        env.write(ENV_LINES)
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, check=True)
    list_endpoints(project)
    commit(project)


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


def lost(project: Path) -> list[str]:
    """Return the edits that are not there any more."""
    texts = [(name, written) for name, _, written in CHANGES]
    texts += [*NEW_FILES.items(), (MOVED[1], MOVED_LINE[1])]
    gone = [name for name, text in texts if text not in (project / name).read_text()]
    back = [name for name in (DELETED, RENAMED[0], MOVED[0]) if (project / name).exists()]
    away = [] if (project / RENAMED[1]).is_file() else [RENAMED[1]]
    return gone + back + away
