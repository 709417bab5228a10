"""What the documents of every render, and of this repository, lead to."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ..rendering import REPOSITORY
from .rendered import Render

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)|<(?:a|img) [^>]*(?:href|src)=\"([^\"]+)\"")
_FENCED = re.compile(r"(?ms)^```.*?^```$|`[^`\n]*`")
_HEADING = re.compile(r"(?m)^#+ (.+)$")
_TASK = re.compile(r"uv run poe ([a-z][a-z-]*)")
_TARGET = re.compile(r"(?m)(?:^|`|\$ )make ([a-z]+)")


def test_every_task_that_a_document_names_exists(renders: list[Render]) -> None:
    for render in renders:
        for document in render.files("*.md", ".env*", "*.yml", "Dockerfile"):
            named = set(_TASK.findall(document.read_text("utf-8")))
            assert named <= render.tasks, document


def test_every_make_target_that_a_document_names_exists(renders: list[Render]) -> None:
    for render in renders:
        targets = _targets(render.folder)
        for document in render.files("*.md"):
            named = set(_TARGET.findall(document.read_text("utf-8")))
            assert named <= targets, document


def test_every_link_of_a_render_leads_somewhere(renders: list[Render]) -> None:
    for render in renders:
        typed = {str(value) for value in render.row.values()}
        documents = render.files("*.md")
        dead = [d for document in documents for d in dead_links(document, render.folder)]

        # A link that is the product's name or description was typed by its owner.
        assert [d for d in dead if not any(f"]({d})" in text for text in typed)] == []


def test_every_link_of_the_repository_leads_somewhere() -> None:
    kept = subprocess.check_output(["git", "ls-files", "*.md"], cwd=REPOSITORY, text=True)
    documents = [REPOSITORY / name for name in kept.splitlines() if "template/" not in name]

    assert [d for document in documents for d in dead_links(document, REPOSITORY)] == []


def test_a_link_to_nowhere_is_seen(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    text = "# The `one`\n[a](b.md) [c](#the-one) [d](#two) [e](README.md#the-one) `[f](g)` [h](/i)"
    document.write_text(text + "\n[j](https://example.com)")

    assert list(dead_links(document, tmp_path)) == ["b.md", "#two", "/i"]


def dead_links(document: Path, root: Path) -> Iterator[str]:
    """Yield the links of a Markdown file that name no file, or no heading, below `root`."""
    for groups in _LINK.findall(_FENCED.sub("", document.read_text("utf-8"))):
        link = "".join(groups)
        if not re.match(r"[a-z]+:", link) and not _leads_somewhere(link, document, root):
            yield link


def _leads_somewhere(link: str, document: Path, root: Path) -> bool:
    name, _, anchor = link.partition("#")
    folder = root if name.startswith("/") else document.parent
    target = folder / name.lstrip("/") if name else document
    if not target.exists() or not target.resolve().is_relative_to(root.resolve()):
        return False
    return not anchor or anchor in _anchors(target.read_text("utf-8"))


def _anchors(text: str) -> set[str]:
    # As GitHub makes them: lower case, no punctuation, blanks to dashes.
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in headings}


def _targets(folder: Path) -> set[str]:
    return set(re.findall(r"(?m)^([a-z]+):", (folder / "Makefile").read_text("utf-8")))
