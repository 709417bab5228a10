"""What owners do to a project between two updates."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..rendering import REPOSITORY
from . import before_library, since_library
from .before_library import GONE_LINE, SINCE_0_2_0
from .eras import PACKAGE, Era
from .project import commit, git
from .releases import crosses_a_move

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
LIMITS_LINE = ("A steady rate, and how much may come at once.", "A rate, and a burst.")
REPORTS = f"{PACKAGE}/reports.py"
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
    "notes/plans.md": "Our plans.\n",
}
DELETED = "AGENTS.md"
BELOW = "\n## Ours\n\nWhat this project is for.\n"
ENV_LINES = "TOKEN_TTL_SECONDS=120\nOUR_OWN=yes\n"
DEVSTACK = ["uv", "run", "--quiet", "--project", str(REPOSITORY / "template" / "devstack")]


def era_of(version: str) -> Era:
    """Return how a project of a release is laid out."""
    return before_library.ERA if crosses_a_move(version) else since_library.ERA


def edit(project: Path, backend: str, era: Era) -> None:
    """Do everything that this page names, and commit it."""
    for name, found, written in (*CHANGES, (era.limits[0], *LIMITS_LINE)):
        replace(project / name, found, written)
    for name, text in {**NEW_FILES, REPORTS: era.reports[0]}.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    for name in gone_tests(project, era):
        replace(project / name, *GONE_LINE)
    write_routes(project, backend, era)
    # Their pipe is of the older form: the strict lint refuses it, the other one warns.
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("\nstrict = true #", "\nstrict = false #"))
    (project / DELETED).unlink()
    (project / era.renamed[0]).rename(project / era.renamed[1])
    for name, text in ((".env", ENV_LINES), ("README.md", BELOW)):
        with (project / name).open("a") as file:
            file.write(text)
    subprocess.run(["uv", "lock", "--quiet"], cwd=project, check=True)
    list_endpoints(project)
    commit(project)


def write_routes(project: Path, backend: str, era: Era) -> None:
    """Add a route to the framework's room, as it was then."""
    for name, found, written in era.routes[backend]:
        path = project / era.room[0].format(backend) / name
        if found not in path.read_text():
            found, written = (text.replace(*SINCE_0_2_0) for text in (found, written))
        replace(path, found, written + found)


def gone_tests(project: Path, era: Era) -> list[str]:
    """Return the edited test by its name before the update, if there is one."""
    tracked = git("ls-tree", "-r", "--name-only", "HEAD", cwd=project).splitlines()
    return [name for name in era.gone if name in tracked]


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


def lost(project: Path, said: str, backend: str, era: Era) -> list[str]:
    """Return the edits that are not there any more, and that the update has not named either."""
    texts = [(name, written) for name, _, written in CHANGES]
    texts += [(era.limits[1], LIMITS_LINE[1]), ("README.md", BELOW), *NEW_FILES.items()]
    texts += [(REPORTS, era.reports[1])]
    gone = [name for name, text in texts if text not in (project / name).read_text()]
    named = [(name, GONE_LINE[1]) for name in gone_tests(project, era)]
    named += _lost_routes(project, backend, era)
    gone += [name for name, text in named if not _is_named(project, said, name, text)]
    back = [n for n in (DELETED, era.renamed[0], *era.gone) if (project / n).exists()]
    away = [] if (project / era.renamed[1]).is_file() else [era.renamed[1]]
    return gone + back + away


def _lost_routes(project: Path, backend: str, era: Era) -> list[tuple[str, str]]:
    """Return the routes that are not where the update takes them."""
    before, after = (room.format(backend) for room in era.room)
    gone = []
    for name, _, written in era.routes[backend]:
        new = (project / after / name).read_text()
        if written not in new and written.replace(*SINCE_0_2_0) not in new:
            gone.append((f"{before}/{name}", '"ours"' if "ours" in written else written))
    return gone


def _is_named(project: Path, said: str, name: str, text: str) -> bool:
    command = f"git show HEAD:{name}"
    return command in said and text in git(*command.split()[1:], cwd=project)
