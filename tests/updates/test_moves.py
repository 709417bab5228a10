"""A file that moves between two releases takes its owner's edits along."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest
import yaml

from ..rendering import REPOSITORY
from .before_library import GONE as MOVED
from .before_library import GONE_LINE as MOVED_LINE
from .conftest import Start
from .edits import replace
from .eras import PACKAGE
from .project import attempt, commit, git
from .releases import NEWEST, NEXT, OLDEST, RELEASES

HOOKS = sorted((REPOSITORY / "hooks").glob("v*"))
# The release after `OLDEST`, which renamed a test.
RENAMED_IN = "0.2.0"
SHELL_TEST = REPOSITORY / "hooks" / "v0_2_0_move_shell_test.py"


# What a release moved before the newest one is history.
PAST = [pytest.param(*pair, marks=pytest.mark.nightly) for pair in pairwise(RELEASES)]


@pytest.mark.parametrize(("before", "after"), [*PAST, (NEWEST, NEXT)])
def test_every_file_that_moves_has_a_migration_and_none_goes_without_a_word(
    started: Start, before: str, after: str
) -> None:
    project = started(after)
    git("fetch", "--quiet", str(started(before)), "HEAD", cwd=project)
    diff = ("diff", "--find-renames", "--name-status", "FETCH_HEAD", "HEAD")

    moved = git(*diff, "--diff-filter=R", cwd=project).splitlines()
    gone = git(*diff, "--diff-filter=D", cwd=project).splitlines()

    hooks = ["".join(path.read_text() for path in _texts(hook)) for hook in HOOKS]
    for old, new in (line.split("\t")[1:] for line in moved):
        assert any(Path(old).name in hook and Path(new).name in hook for hook in hooks), old
    told = (REPOSITORY / "CHANGELOG.md").read_text() + "".join(hooks)
    for (name,) in (line.split("\t")[1:] for line in gone):
        assert _is_told(PurePosixPath(name), told), name


def _texts(hook: Path) -> list[Path]:
    return [path for path in sorted(hook.glob("*")) if path.is_file()] if hook.is_dir() else [hook]


def _is_told(name: PurePosixPath, told: str) -> bool:
    """Tell whether a file that went is named, or the folder that went with it."""
    parts = str(name).replace(PACKAGE, "src/*")
    folders = [f"`{folder}/`" for folder in PurePosixPath(parts).parents if len(folder.parts) > 1]
    return any(text in told for text in (name.name, *folders))


def test_every_migration_is_listed_and_needs_the_standard_library_alone() -> None:
    settings = (REPOSITORY / "copier.yml").read_text().partition("---")[0]
    listed = [m["command"][1] for m in yaml.safe_load(settings)["_migrations"]]
    modules = [path for hook in HOOKS for path in _texts(hook) if path.suffix == ".py"]
    imports = {
        line.split()[1].partition(".")[0]
        for module in modules
        for line in module.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }

    assert [Path(path).name for path in listed] == [hook.name for hook in HOOKS]
    assert imports - {module.stem for module in modules} <= sys.stdlib_module_names
    assert all(len(module.read_text().splitlines()) <= 250 for module in modules)


@pytest.fixture
def crossed(started: Start, tmp_path: Path) -> tuple[Path, str]:
    """Return a project of 0.1.0 in which 0.2.0 has just replaced the file, and that file's text."""
    project, newer = started(OLDEST), started(RENAMED_IN)
    shutil.copy(newer / MOVED[1], project / MOVED[1])
    return project, (newer / MOVED[1]).read_text()


def _run(project: Path, template: Path) -> subprocess.CompletedProcess[str]:
    (project / MOVED[0]).unlink(missing_ok=True)
    return attempt([sys.executable, str(SHELL_TEST), str(template)], project)


def _edit(project: Path, found: str, written: str) -> None:
    new = (project / MOVED[1]).read_text()
    (project / MOVED[1]).unlink()
    replace(project / MOVED[0], found, written)
    commit(project)
    (project / MOVED[1]).write_text(new)


def test_an_edit_is_merged_into_the_moved_file_once(
    crossed: tuple[Path, str], template: Path
) -> None:
    project, new = crossed
    _edit(project, *MOVED_LINE)

    first = _run(project, template)
    again = _run(project, template)

    assert first.returncode == again.returncode == 0, first.stderr + again.stderr
    assert (project / MOVED[1]).read_text() == new.replace(*MOVED_LINE)
    assert "test_shell.py is called test_asgi.py now: your edits are in src/" in first.stdout


def test_a_line_that_both_changed_stands_between_markers_once(
    crossed: tuple[Path, str], template: Path
) -> None:
    project, new = crossed
    theirs = next(line for line in new.splitlines() if line.startswith("from ..core import"))
    _edit(project, "from ..core import asgi\n", "from ..core import asgi as ours\n")

    _run(project, template)
    text = (project / MOVED[1]).read_text()
    _run(project, template)

    ours, _, rest = text.partition("<<<<<<< before updating\n")[2].partition("=======\n")
    assert "from ..core import asgi as ours\n" in ours
    assert theirs in rest.partition(">>>>>>> after updating\n")[0]
    assert text.count("<<<<<<<") == text.count(">>>>>>>") == 1
    assert (project / MOVED[1]).read_text() == text


def test_a_file_without_edits_is_the_new_one(crossed: tuple[Path, str], template: Path) -> None:
    project, new = crossed

    result = _run(project, template)

    assert result.stdout == ""
    assert (project / MOVED[1]).read_text() == new


def test_a_file_moved_by_hand_is_left_alone(crossed: tuple[Path, str], template: Path) -> None:
    project, new = crossed
    (project / MOVED[0]).unlink()
    commit(project)

    _run(project, template)

    assert (project / MOVED[1]).read_text() == new


def test_a_deleted_file_stays_away(crossed: tuple[Path, str], template: Path) -> None:
    project, new = crossed
    for name in MOVED:
        (project / name).unlink()
    commit(project)
    (project / MOVED[1]).write_text(new)

    _run(project, template)

    assert not (project / MOVED[1]).exists()
