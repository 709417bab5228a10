"""The template as files: names that every system takes, nothing left over, nothing doubled."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

import yaml

from .rendering import REPOSITORY

TEMPLATE = REPOSITORY / "template"
DELIMITERS = re.compile(r"\[=|\[%|\[##")


def test_names_are_legal_on_every_system_and_short() -> None:
    for path in _files(TEMPLATE):
        name = str(path.relative_to(REPOSITORY))

        assert not re.search(r'["|<>:?*\\]', name), name
        assert len(name) <= 150, name


def test_there_is_no_symbolic_link() -> None:
    modes = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert not [line for line in modes.stdout.splitlines() if line.startswith("120000")]


def test_a_file_has_the_suffix_exactly_when_it_substitutes() -> None:
    for path in _files(TEMPLATE):
        text = path.read_text(errors="replace")

        assert bool(DELIMITERS.search(text)) == (path.suffix == ".jinja"), path


def test_python_javascript_and_sql_carry_no_template_syntax() -> None:
    named = re.compile(r"\.(py|js|html|css|pipe)\.jinja$")
    # Its files are one include each, which tests/test_starters.py looks at.
    stubs = TEMPLATE / "tinybird"

    assert not [p for p in _files(TEMPLATE) if named.search(p.name) and stubs not in p.parents]


def test_nothing_is_left_of_the_template_in_a_render(default_render: Path) -> None:
    for path in _files(default_render):
        assert not DELIMITERS.search(path.read_text(errors="replace")), path


def test_the_data_project_arrives_byte_for_byte(default_render: Path) -> None:
    starter = REPOSITORY / "tinybird" / "product_analytics"

    assert _contents(default_render / "tinybird") == _contents(starter)


def test_the_data_project_holds_no_python(default_render: Path) -> None:
    assert not list((default_render / "tinybird").rglob("*.py"))


def test_every_variable_of_the_example_is_in_env_and_the_other_way_round(
    default_render: Path,
) -> None:
    assert _variables(default_render / ".env") == _variables(default_render / ".env.example")


def test_the_local_identity_has_the_variables_that_the_devstack_makes(default_render: Path) -> None:
    fresh = subprocess.run(
        ["python3", "-c", "from devstack.identity import new_env_local as n; print(n(), end='')"],
        cwd=TEMPLATE / "devstack" / "src",
        env={"PATH": _devstack_path()},
        capture_output=True,
        text=True,
        check=True,
    )
    rendered = (default_render / ".env.local").read_text()

    assert _shape(rendered) == _shape(fresh.stdout)


def test_two_renders_have_different_identities(tmp_path: Path, default_render: Path) -> None:
    from .rendering import render

    other = render(tmp_path / "project")

    assert (other / ".env.local").read_text() != (default_render / ".env.local").read_text()


def test_yaml_files_of_a_render_parse(default_render: Path) -> None:
    for pattern in ("*.yml", "*.yaml"):
        for path in default_render.rglob(pattern):
            yaml.safe_load(path.read_text())


def _files(folder: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=folder if folder != REPOSITORY else REPOSITORY,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0 and folder.is_relative_to(REPOSITORY):
        return [p for line in listed.stdout.splitlines() if (p := folder / line).is_file()]
    return [p for p in folder.rglob("*") if stat.S_ISREG(p.lstat().st_mode)]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in _files(folder)}


def _variables(path: Path) -> list[str]:
    return sorted(re.findall(r"(?m)^([A-Z_]+)=", path.read_text()))


def _shape(text: str) -> str:
    # The random parts aside: runs of hexadecimal digits, and base64 of the webhook's secret.
    return re.sub(r"whsec_bG9jYWxf\S+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24,}", "*", text)


def _devstack_path() -> str:
    return f"{TEMPLATE / 'devstack' / '.venv' / 'bin'}:/usr/bin:/bin"


def test_a_project_is_small_beside_what_is_generated(default_render: Path) -> None:
    whole = _owned(default_render)
    sources = [path for path in whole if path.is_relative_to(default_render / "src")]

    print(f"a default render: {len(whole)} files, {_lines(whole)} lines beside what is generated")
    print(f"its src/: {len(sources)} files, {_lines(sources)} lines")
    assert len(whole) <= 80
    assert _lines(whole) <= 5600
    assert len(sources) <= 20
    assert _lines(sources) <= 1200


def test_a_page_in_react_is_small_too(tmp_path: Path) -> None:
    from .rendering import render

    whole = _owned(render(tmp_path / "project", frontend="react"))
    page = [path for path in whole if path.is_relative_to(tmp_path / "project" / "frontend")]
    page = [path for path in page if path.name != "package-lock.json"]

    print(f"with React: {len(whole)} files; its page: {len(page)} files, {_lines(page)} lines")
    assert len(whole) <= 110
    assert len(page) <= 35
    assert _lines(page) <= 1500


def _owned(project: Path) -> list[Path]:
    generated = {"vendor", "devstack", "uv.lock"}
    paths = (path.relative_to(project) for path in _files(project))
    return [project / path for path in paths if path.parts[0] not in generated]


def _lines(paths: list[Path]) -> int:
    return sum(len(path.read_bytes().splitlines()) for path in paths)
