"""0.4.0 moves the core into the library: what becomes of each kind of edit.

The projects here are made of a few files, without Copier; test_edited.py updates whole ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..rendering import REPOSITORY
from .project import attempt, commit, git

MIGRATION = REPOSITORY / "hooks" / "v0_4_0_move_to_library"
PACKAGE = "src/acme"
OLD, NEW = f"{PACKAGE}/core/limits.py", "vendor/roost/src/roost/policy/limits.py"
ERRORS = "vendor/roost/src/roost/errors.py"
ANSWERS = "_commit: {}\n_src_path: template\nbackend: {}\npackage_name: acme\n"
# A module of the core, before and after it moved.
BEFORE = """from .errors import AppError

BURST = 1


def refuse() -> None:
    raise AppError(BURST)
"""
AFTER = """from roost.errors import AppError

BURST = 1


def refuse() -> None:
    raise AppError(BURST)


STEADY = 2
"""
ERROR = "class AppError(Exception): ...\n"

Files = dict[str, str]
Crossing = Callable[..., Path]


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    """Return a function that makes a project which Copier has just brought across 0.4.0.

    Its files are those of the owner's commit, those that the release had written, and those that
    are there after Copier.
    """

    def make(mine: Files, released: Files, after: Files, backend: str = "fastapi") -> Path:
        template, project = tmp_path / "template", tmp_path / "project"
        sources = {"copier.yml": ""} | {f"template/{name}": released[name] for name in released}
        _write(template, {_in_template(name): text for name, text in sources.items()})
        release = _committed(template)
        _write(project, mine | {".copier-answers.yml": ANSWERS.format(release, backend)})
        _committed(project)
        for name in mine.keys() & released.keys():
            (project / name).unlink()
        _write(project, after)
        return project

    return make


def _in_template(name: str) -> str:
    return name.replace("/acme/", "/[= package_name =]/")


def _write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _committed(folder: Path) -> str:
    git("init", "--quiet", cwd=folder)
    commit(folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()


def _migrate(project: Path) -> list[str]:
    command = [sys.executable, str(MIGRATION), str(project.parent / "template")]
    result = attempt(command, project)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_every_file_has_moved_to_one_that_is_there() -> None:
    table = json.loads((MIGRATION / "moves.json").read_text())
    rooms = [table["library"], *table["frameworks"].values()]
    names = [f"vendor/roost/src/roost/{new}" for room in rooms for new in room.values()]

    missing = [
        name
        for name in (*names, *table["project"].values())
        if not (REPOSITORY / "template" / name).is_file()
    ]

    assert missing == []


def test_an_edit_of_the_core_is_merged_into_the_library_once(crossing: Crossing) -> None:
    mine = BEFORE.replace("BURST = 1", "BURST = 9")
    project = crossing({OLD: mine}, {OLD: BEFORE}, {NEW: AFTER, ERRORS: ERROR})

    said = _migrate(project)
    again = _migrate(project)

    assert (project / NEW).read_text() == AFTER.replace("BURST = 1", "BURST = 9")
    assert said == again == [f"{OLD} is {NEW} now: your edit was merged into it."]


def test_an_edit_that_imports_does_so_from_where_things_are_now(crossing: Crossing) -> None:
    line, ours = "    raise AppError(BURST)\n", "    from {} import AppError as Ours\n"
    mine = BEFORE.replace(line, ours.format(".errors") + line)
    project = crossing({OLD: mine}, {OLD: BEFORE}, {NEW: AFTER, ERRORS: ERROR})

    _migrate(project)

    assert (project / NEW).read_text() == AFTER.replace(line, ours.format("roost.errors") + line)


def test_an_edit_that_the_release_changed_as_well_is_named_and_the_library_stays(
    crossing: Crossing,
) -> None:
    after = AFTER.replace("BURST = 1", "BURST = 3")
    mine = BEFORE.replace("BURST = 1", "BURST = 9")
    project = crossing({OLD: mine}, {OLD: BEFORE}, {NEW: after, ERRORS: ERROR})

    (said,) = _migrate(project)

    command = f"git show HEAD:{OLD}"
    assert said == f"{OLD} is {NEW} now, and your edit does not fit there. To see it: {command}"
    assert git(*command.split()[1:], cwd=project) == mine
    assert (project / NEW).read_text() == after


@pytest.mark.parametrize(
    "edit",
    ["\n\ndef ours() -> None:\n    refuse_all()\n", "\n\nfrom .errors import GoneError\n"],
    ids=["a name that is bound nowhere", "an import of what is no more"],
)
def test_a_merge_that_would_not_start_is_not_made(crossing: Crossing, edit: str) -> None:
    mine = BEFORE.replace("BURST = 1\n", f"BURST = 1\n{edit}")
    project = crossing({OLD: mine}, {OLD: BEFORE}, {NEW: AFTER, ERRORS: ERROR})

    (said,) = _migrate(project)

    assert "your edit does not fit there" in said
    assert (project / NEW).read_text() == AFTER


def test_an_edit_of_what_left_the_project_is_named(crossing: Crossing) -> None:
    test = f"{PACKAGE}/tests/test_limits.py"
    project = crossing({test: "# ours\n"}, {test: ""}, {})

    assert _migrate(project) == [
        f"{test} is no part of a project any more. With your edit: git show HEAD:{test}"
    ]


def test_what_nobody_has_edited_is_not_mentioned(crossing: Crossing) -> None:
    project = crossing({OLD: BEFORE}, {OLD: BEFORE}, {NEW: AFTER, ERRORS: ERROR})

    assert _migrate(project) == []
    assert (project / NEW).read_text() == AFTER


def test_a_module_of_ones_own_imports_from_the_library(crossing: Crossing) -> None:
    module = f"{PACKAGE}/reports.py"
    text = """from acme.core.limits import (
    BURST,  # ours
)

from . import core, seed
from .core import errors, limits as bounds  # ours
import acme.core.errors as failures

try:
    from .core.errors import AppError
except ImportError:
    raise
"""
    project = crossing({module: text, f"{PACKAGE}/seed.py": ""}, {}, {NEW: AFTER, ERRORS: ERROR})

    said = _migrate(project)

    new = (project / module).read_text()
    for line in (
        "from roost.policy.limits import (\n    BURST,  # ours\n)",
        "from roost import errors\n",
        "from roost.policy import limits as bounds  # ours\n",
        "import roost.errors as failures\n",
        "    from roost.errors import AppError\n",
    ):
        assert line in new
    assert f"{module} imports from the library now:" in said
    assert "  - from .core import errors, limits as bounds  # ours" in said
    assert f"{module}:" in said[-1] and "imports acme.core, which is there no more." in said[-1]


def test_what_is_no_utf_8_or_no_python_is_left_as_it_is(crossing: Crossing) -> None:
    latin, broken = f"{PACKAGE}/latin.py", f"{PACKAGE}/broken.py"
    module = f"{PACKAGE}/reports.py"
    text = "from .broken import anything\nfrom .core.limits import BURST\n"
    project = crossing({latin: "", broken: "<<<<<<<\n", module: text}, {}, {NEW: AFTER})
    (project / latin).write_bytes(b"# caf\xe9\nfrom .core.limits import BURST\n")

    said = _migrate(project)

    assert (project / latin).read_bytes() == b"# caf\xe9\nfrom .core.limits import BURST\n"
    assert "from roost.policy.limits import BURST\n" in (project / module).read_text()
    assert not any("anything" in line for line in said if "which is there no more" in line)


def test_the_policy_changes_in_its_import_lines_alone(crossing: Crossing) -> None:
    policy = f"{PACKAGE}/policy.py"
    text = "import os\nfrom .core.limits import BURST\nimport  ast\n\nGRANTS = (BURST,os,  ast)\n"
    project = crossing({policy: text}, {policy: ""}, {NEW: AFTER, ERRORS: ERROR, policy: text})

    said = _migrate(project)

    moved = text.replace("from .core.limits", "from roost.policy.limits")
    assert (project / policy).read_text() == moved
    assert said == [
        f"{policy} imports from the library now:",
        "  - from .core.limits import BURST",
        "  + from roost.policy.limits import BURST",
    ]


def test_django_settings_are_the_projects_and_the_old_ones_the_librarys(crossing: Crossing) -> None:
    room, settings = f"{PACKAGE}/web/settings.py", f"{PACKAGE}/settings.py"
    library = "vendor/roost/src/roost/settings.py"
    mine = {
        room: "from ..settings import PORT\n\nUSE_I18N = True\n",
        settings: "PORT = 1\nHOST = 2\n",
        f"{PACKAGE}/reports.py": "from .settings import PORT\n",
    }
    released = {room: "from ..settings import PORT\n\nUSE_I18N = False\n", settings: "PORT = 1\n"}
    after = {settings: "ROOST = 1\n\nUSE_I18N = False\n", library: "PORT = 1\n"}
    project = crossing(mine, released, after, "django")
    _conflict(project, settings, released[settings], mine[settings], after[settings])

    said = _migrate(project)

    assert (project / settings).read_text() == "ROOST = 1\n\nUSE_I18N = True\n"
    assert (project / library).read_text() == "PORT = 1\nHOST = 2\n"
    assert (project / f"{PACKAGE}/reports.py").read_text() == "from roost.settings import PORT\n"
    assert f"{settings} is {library} now: your edit was merged into it." in said


def _conflict(project: Path, name: str, base: str, mine: str, theirs: str) -> None:
    """Leave a file in conflict, as Copier does: marked, and with its three sides in the index."""
    (project / name).write_text("<<<<<<< before updating\n=======\n>>>>>>> after updating\n")
    lines = [f"0 {'0' * 40}\t{name}"]
    for number, text in enumerate((base, mine, theirs), 1):
        done = subprocess.run(
            ["git", "hash-object", "-w", "--stdin"],
            cwd=project,
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        lines.append(f"100644 {done.stdout.strip()} {number}\t{name}")
    index = ["git", "update-index", "--index-info"]
    subprocess.run(index, cwd=project, input="\n".join(lines), text=True, check=True)


REQUIREMENTS = """[project]
dependencies = [
    "fastapi>=0.165",
    "httpx2>=2.16",
]

[dependency-groups]
dev = [
    "pytest>=9.2",
    "ruff>=0.17",
]
otel = ["opentelemetry-sdk>=1.39"]
"""
NEW_REQUIREMENTS = """[project]
dependencies = [
    "fastapi>=0.165",
    "roost[fastapi]==0+vendored", # vendor/roost
]

[dependency-groups]
dev = [
    "pytest>=9.3",
    "ruff>=0.17",
]
otel = ["roost[otel]"]
"""


def test_dependencies_of_the_owner_stand_beside_the_new_ones(crossing: Crossing) -> None:
    project = crossing({"pyproject.toml": ""}, {}, {})
    mine = REQUIREMENTS.replace('    "httpx2>=2.16",\n', '    "httpx2>=3",\n    "zstandard>=1",\n')
    mine = mine.replace('    "ruff>=0.17",\n', "")
    mine = mine.replace(
        'otel = ["opentelemetry-sdk>=1.39"]',
        'otel = [\n    "logfire>=1",\n    "opentelemetry-sdk>=1.39",\n]',
    )
    _conflict(project, "pyproject.toml", REQUIREMENTS, mine, NEW_REQUIREMENTS)

    said = _migrate(project)

    assert said == ["pyproject.toml: your dependencies are kept."]
    assert git("diff", "--name-only", "--diff-filter=U", cwd=project) == ""
    assert (
        (project / "pyproject.toml").read_text()
        == """[project]
dependencies = [
    "fastapi>=0.165",
    "httpx2>=3",
    "roost[fastapi]==0+vendored", # vendor/roost
    "zstandard>=1",
]

[dependency-groups]
dev = [
    "pytest>=9.3",
]
otel = [
    "logfire>=1",
    "roost[otel]",
]
"""
    )


def test_what_else_both_changed_in_the_settings_stays_marked(crossing: Crossing) -> None:
    project = crossing({"pyproject.toml": ""}, {}, {})
    sides = [f'{REQUIREMENTS}\n[tool.x]\ny = "{side}"\n' for side in ("base", "mine", "theirs")]
    _conflict(project, "pyproject.toml", *sides)

    said = _migrate(project)

    assert "are marked in it" in said[0]
    assert git("diff", "--name-only", "--diff-filter=U", cwd=project) == "pyproject.toml\n"
    assert 'y = "mine"\n=======\ny = "theirs"' in (project / "pyproject.toml").read_text()


def test_text_below_the_readme_goes_below_the_new_end(crossing: Crossing) -> None:
    project = crossing({"README.md": ""}, {}, {})
    old, new = "# Acme\n\nThe end.\n", "# Acme\n\nThe end, later.\n\n---\n\nThe last line.\n"
    _conflict(project, "README.md", old, f"{old}\n## Ours\n", new)

    assert _migrate(project) == ["README.md: what you wrote below its end is kept."]
    assert (project / "README.md").read_text() == f"{new}\n## Ours\n"


def test_a_lock_file_is_the_releases(crossing: Crossing) -> None:
    project = crossing({"uv.lock": ""}, {}, {})
    _conflict(project, "uv.lock", "1\n", "2\n", "3\n")

    assert _migrate(project) == ["uv.lock: it is the release's; `uv lock` adds what is yours."]
    assert (project / "uv.lock").read_text() == "3\n"


def test_endpoints_of_ones_own_stay_in_the_list(crossing: Crossing) -> None:
    name = f"{PACKAGE}/endpoints.json"
    project = crossing({name: ""}, {}, {})
    old = [_endpoint("a", "old"), _endpoint("c", "old"), _endpoint("d", "old")]
    own = [_endpoint("a", "own"), _endpoint("b", "own"), _endpoint("c", "old")]
    new = [_endpoint("a", "old"), _endpoint("c", "new"), _endpoint("d", "old")]
    _conflict(
        project, name, *(json.dumps({"endpoints": each}, indent=2) for each in (old, own, new))
    )

    assert _migrate(project) == [f"{name}: your endpoints are kept."]
    assert json.loads((project / name).read_text())["endpoints"] == [
        _endpoint("a", "own"),
        _endpoint("b", "own"),
        _endpoint("c", "new"),
    ]
    assert '\n        {"name": "tenant_id"}\n' in (project / name).read_text()


def _endpoint(name: str, description: str) -> dict[str, object]:
    parameters = [{"name": "tenant_id"}]
    return {"name": name, "description": description, "parameters": parameters, "errors": []}


def test_a_page_that_was_edited_stays_on_the_librarys_base(crossing: Crossing) -> None:
    folder, library = f"{PACKAGE}/dashboard", "vendor/roost/src/roost/dashboard"
    page, script = f"{folder}/templates/dashboard.html", f"{folder}/static/js/ours.js"
    base = f"{folder}/templates/base.html"
    dates = f"{folder}/static/js/dates.js"
    mine = {
        page: '{% extends "base.html" %}\n<script src="{{ root }}/static/js/page.js"></script>\n'
        '<script src="{{ root }}/static/js/ours.js"></script>\n<h1>Ours</h1>\n',
        script: 'import { today } from "./dates.js";\nimport { mine } from "./mine.js";\n',
        base: "",
        dates: "",
    }
    released = {page: mine[page].replace("Ours", "Theirs"), base: "", dates: ""}
    after = {
        f"{library}/templates/roost/base.html": "",
        f"{library}/static/js/dates.js": "",
        page: "new\n",
    }
    project = crossing(mine, released, after)
    _conflict(project, page, released[page], mine[page], after[page])

    _migrate(project)

    assert (project / page).read_text() == (
        '{% extends "roost/base.html" %}\n<script src="{{ root }}/static/dashboard.js"></script>\n'
        '<script src="{{ root }}/static/js/ours.js"></script>\n<h1>Ours</h1>\n'
    )
    assert (project / script).read_text() == (
        'import { today } from "../roost/js/dates.js";\nimport { mine } from "./mine.js";\n'
    )


def test_a_script_that_is_part_of_another_one_now_is_named(crossing: Crossing) -> None:
    script, tokens = f"{PACKAGE}/dashboard/static/js/ours.js", "browser/tokens.js"
    minted = f"{PACKAGE}/dashboard/static/js/clerk-minted.js"
    mine = {script: 'import { mintedByClerk } from "./clerk-minted.js";\n', minted: ""}
    project = crossing(mine, {minted: ""}, {f"vendor/roost/src/roost/{tokens}": ""})

    said = _migrate(project)

    assert said == [
        f"{script} imports ./clerk-minted.js, which is a part of "
        f"vendor/roost/src/roost/{tokens} now: see /roost.js."
    ]
    assert (project / script).read_text() == mine[script]


def test_a_test_of_ones_own_that_is_not_run_any_more_is_named(crossing: Crossing) -> None:
    test = f"{PACKAGE}/tests/test_reports.py"
    project = crossing({test: ""}, {}, {})

    assert _migrate(project) == [
        f"{test} is not run any more: tests are in tests/ alone now. Move it there."
    ]
