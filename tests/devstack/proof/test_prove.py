"""`devstack prove` in a folder that knows nothing of it: any Tinybird project."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .datafiles import COUNTRIES, EVENTS, FILTER, PIPE, written

COMMAND = (sys.executable, "-m", "devstack", "prove")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound data project of somebody who has secrets beside it."""
    return written(
        tmp_path / "project",
        {
            "datasources/events.datasource": EVENTS,
            "datasources/countries.datasource": COUNTRIES,
            "endpoints/hits.pipe": PIPE,
            "pyproject.toml": '[project]\nname = "theirs"\n',
            ".env": "THEIRS=1\n",
        },
    )


def proven(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True)


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


def test_a_sound_project_is_proven_and_nothing_of_it_changes(folder: Path) -> None:
    before = contents(folder)

    result = proven(folder, "--examples", "6", "--seed", "one")

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("No answer depends on other tenants' rows: ")
    assert "6 pairs of databases (seed one)" in result.stdout
    assert "1 endpoints, 2 datasources, 0 copies" in result.stderr
    assert "so that everybody may see their rows: countries" in result.stderr
    assert "What other tenants send was left out: there is no app here" in result.stderr
    assert contents(folder) == before


def test_a_missing_filter_is_reported_with_its_endpoint_node_and_row(folder: Path) -> None:
    pipe = folder / "endpoints" / "hits.pipe"
    pipe.write_text(PIPE.replace(FILTER, ""))

    result = proven(folder, "--examples", "6", "--seed", "one", "--part", "rows")

    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "Other tenants' rows change answers."
    assert lines[2:5] == [
        "endpoint    hits",
        "node        counted of the pipe hits",
        "            it reads events, and its result depends on other tenants' rows",
    ]
    assert "one row of another tenant changed the answer:" in lines


def test_an_endpoint_that_shows_no_row_is_not_proven(folder: Path) -> None:
    pipe = folder / "endpoints" / "hits.pipe"
    pipe.write_text(PIPE.replace("GROUP BY", "WHERE length(event) = 77\n    GROUP BY"))

    result = proven(folder, "--examples", "3")

    assert result.returncode == 1
    assert result.stdout.startswith("hits: these never showed a row, so nothing is proven of them")


def test_a_project_without_the_tenant_column_is_not_proven(folder: Path) -> None:
    for path in [folder / "datasources" / "events.datasource", folder / "endpoints" / "hits.pipe"]:
        path.write_text(path.read_text().replace("tenant_id", "customer"))

    result = proven(folder)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "No datasource has a column tenant_id that says whose a row is: nothing can be proven. "
        "Name another one by --tenant-column.\n"
    )


def test_a_project_that_does_not_build_is_not_proven(folder: Path) -> None:
    (folder / "endpoints" / "hits.pipe").write_text(PIPE.replace("FROM events", "FROM nowhere"))

    result = proven(folder)

    assert (result.returncode, result.stdout) == (1, "")
    assert "nowhere" in result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--part", "events"], "What other tenants send was left out: there is no app here"),
        (["--examples", "0"], "0 is no number of examples"),
    ],
)
def test_what_cannot_be_proven_ends_with_a_sentence(
    folder: Path, words: list[str], sentence: str
) -> None:
    result = proven(folder, *words)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(sentence)


def test_a_folder_without_datafiles_is_named(tmp_path: Path) -> None:
    result = proven(tmp_path)

    assert result.returncode == 1
    assert result.stderr.startswith(f"No .pipe and no .datasource file in {tmp_path}: run this in")


def test_a_proof_that_is_broken_off_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [*COMMAND, "--examples", "100000"],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("1 endpoints"):
            break
    assert list(temporary.iterdir())

    process.send_signal(signal.SIGTERM)
    process.stderr.close()

    assert process.wait(60) == 128 + signal.SIGTERM
    assert list(temporary.iterdir()) == []
