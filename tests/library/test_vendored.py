"""The lint names each file of the library that differs from the release."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from roost.vendored import FOLDER, MANIFEST, differences, manifest

LIMITS = "src/roost/policy/limits.py"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy two files of the library into a project, with their manifest."""
    folder = tmp_path / "vendor" / "roost"
    for name in ("pyproject.toml", LIMITS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / name, folder / name)
    (folder / MANIFEST).write_text(manifest(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_manifest_is_of_the_files_that_the_template_holds() -> None:
    # `uv run python -m tests.manifest` writes it.
    assert (FOLDER / MANIFEST).read_text() == manifest(FOLDER)


def test_what_is_as_the_release_wrote_it_is_not_named(library: Path) -> None:
    (library / "src" / "roost" / "__pycache__").mkdir()
    (library / "src" / "roost" / "__pycache__" / "limits.pyc").write_bytes(b"compiled")

    assert differences(library) == []


def test_an_edited_a_missing_and_a_new_file_are_named(library: Path) -> None:
    (library / LIMITS).write_text("# ours\n")
    (library / "pyproject.toml").unlink()
    (library / "src" / "roost" / "ours.py").write_text("")

    assert differences(library) == [
        "vendor/roost/pyproject.toml is the library's and missing.",
        "vendor/roost/src/roost/ours.py is no file of the library: move it to your own package.",
        "vendor/roost/src/roost/policy/limits.py differs from the release: "
        "updates merge your edit, a package would not.",
    ]


def test_a_package_has_nothing_to_compare(library: Path) -> None:
    (library / MANIFEST).unlink()
    (library / LIMITS).write_text("# ours\n")

    assert differences(library) == []
