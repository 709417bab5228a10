"""Everything that is not Python, by a parser of its format or by the linter of its kind."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from .conftest import together
from .rendered import Render

_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}
Parse = Callable[[str], object]


class Balance(HTMLParser):
    """Refuses a document whose elements do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"line {self.getpos()[0]}: </{tag}> closes nothing")


def parse_html(text: str) -> None:
    """Read an HTML document or a template of one.

    Raises: ValueError: if an element is closed that is not open, or is never closed.
    """
    reader = Balance()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise ValueError(f"never closed: {reader.open}")


def parse_ndjson(text: str) -> None:
    """Read one JSON object a line."""
    for line in text.splitlines():
        json.loads(line)


PARSERS: dict[str, Parse] = {
    "*.yml": yaml.safe_load,
    "*.yaml": yaml.safe_load,
    "*.toml": tomllib.loads,
    "*.lock": tomllib.loads,
    "*.json": json.loads,
    "*.ndjson": parse_ndjson,
    "*.html": parse_html,
}


@pytest.mark.parametrize("pattern", PARSERS)
def test_every_file_of_a_format_parses(renders: list[Render], pattern: str) -> None:
    names = together(renders, pattern)
    assert names

    for source in {Path(name).read_bytes() for name in names}:
        PARSERS[pattern](source.decode())


@pytest.mark.parametrize("text", ["<p><b></p></b>", "<div>", "</p>"])
def test_html_that_does_not_nest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"closes nothing|never closed"):
        parse_html(text)


def test_actionlint_has_nothing_to_say_about_the_workflows(renders: list[Render]) -> None:
    workflows = together(renders, ".github/workflows/*.yml")

    # Its findings should not hang on a shellcheck that one machine has and another has not.
    _passes("actionlint", "-shellcheck=", *workflows)


def test_zizmor_has_nothing_to_say_about_the_workflows(renders: list[Render]) -> None:
    folders = [render.folder / ".github" for render in renders]

    _passes("zizmor", "--offline", "--quiet", *(str(f) for f in folders if f.is_dir()))


def test_hadolint_has_nothing_to_say_about_the_images(renders: list[Render]) -> None:
    images = together(renders, "Dockerfile", "*.Dockerfile")

    for image in {Path(name).read_bytes() for name in images}:
        _passes("hadolint", "-", text=image.decode())


def test_a_compose_file_is_what_its_schema_says(renders: list[Render]) -> None:
    files = together(renders, "compose.yaml")
    assert files

    _passes("check-jsonschema", "--builtin-schema", "vendor.compose-spec", *files)


def test_every_render_says_how_its_dependencies_are_updated(renders: list[Render]) -> None:
    for render in renders:
        found = {path.name for path in render.files("dependabot.yml", "renovate.json")}

        on_github = render.answers["ci"] == "github"
        assert found == {"dependabot.yml" if on_github else "renovate.json"}


def _passes(tool: str, *arguments: str, text: str | None = None) -> None:
    command = [str(Path(sys.executable).with_name(tool)), *arguments]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
