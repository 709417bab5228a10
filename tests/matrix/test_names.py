"""The files of every render and of the repository: named so that every system takes them."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest

from ..rendering import REPOSITORY, UNANSWERED
from .rendered import Render, paths_of

_OURS = re.compile(r"\[=|\[%|\[##|=\]|%\]|##\]")
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?")
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"\\|?*]|[. ]$')
_MOST = 200


def refused_by_windows(names: Iterable[str]) -> list[str]:
    """Return the paths, relative and with slashes, that Windows cannot check out side by side."""
    paths = [PurePosixPath(name) for name in names]
    every = {path for name in paths for path in (name, *name.parents)}
    spellings = Counter(str(path).lower() for path in every)
    return [str(path) for path in paths if _is_refused(path) or spellings[str(path).lower()] > 1]


def _is_refused(path: PurePosixPath) -> bool:
    odd = any(_FORBIDDEN.search(part) or _DEVICES.fullmatch(part) for part in path.parts)
    return odd or len(str(path)) > _MOST


@pytest.mark.parametrize(
    "name", ["a:b", "docs/end.", "end ", "src/aux.py", "COM1", "q?", "a" * 201, "a\\b"]
)
def test_a_name_that_windows_refuses_is_seen(name: str) -> None:
    assert refused_by_windows(["README.md", name]) == [name]


def test_names_that_differ_in_case_alone_are_seen() -> None:
    assert refused_by_windows(["docs/a.md", "Docs/b.md", "c.md", "C.md"]) == ["c.md", "C.md"]


def test_windows_takes_every_name_of_a_render(renders: list[Render]) -> None:
    for render in renders:
        names = [path.relative_to(render.folder).as_posix() for path in render.files()]

        assert refused_by_windows(names) == []


def test_windows_takes_every_name_of_the_repository() -> None:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)

    assert refused_by_windows(listed.stdout.decode().rstrip("\0").split("\0")) == []


def test_no_delimiter_of_the_template_is_left(renders: list[Render]) -> None:
    for render in renders:
        for path in paths_of(render.folder):
            assert not _OURS.search(path.name), path
            assert path.is_dir() or not _OURS.search(path.read_text("utf-8", "replace")), path


def test_no_file_is_written_twice(renders: list[Render]) -> None:
    for render in renders:
        files = [(what, path) for what, path in render.said if (render.folder / path).is_file()]
        written = [path.relative_to(render.folder) for path in render.files()]

        assert {what for what, _ in files} == {"create"}
        assert sorted(path for _, path in files) == sorted(
            str(path) for path in written if path.parts[0] not in UNANSWERED
        )


def test_no_folder_is_empty(renders: list[Render]) -> None:
    for render in renders:
        folders = [path for path in paths_of(render.folder) if path.is_dir()]

        assert [path for path in folders if not any(path.iterdir())] == []


def test_no_line_ends_as_on_windows(renders: list[Render]) -> None:
    for render in renders:
        assert [path for path in render.files() if b"\r\n" in Path(path).read_bytes()] == []
