"""The blocks of docs/existing-app, in the order in which a reader comes to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..rendering import REPOSITORY

FOLDER = REPOSITORY / "docs" / "existing-app"
_BLOCK = re.compile(r"```(\w+)(?: (\w+))?\n(.*?)```", re.DOTALL)
# `# host.py` or `<!-- page.html -->`, in the first line of what a file holds.
_FILE = re.compile(r"(?:# |<!-- )([\w/.-]+\.\w+)(?: -->)?\n")


@dataclass(frozen=True, slots=True)
class Block:
    """What a reader types (`sh`) or puts into a file; `way`: for whom, of those who may choose."""

    language: str
    way: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that the block is for; None for a part that a later block shows whole."""
        found = _FILE.match(self.text)
        return found[1] if found else None

    @property
    def content(self) -> str:
        """The block without the line that names its file."""
        return _FILE.sub("", self.text, count=1)


def steps(framework: str, way: str) -> Iterator[Block]:
    """Read the README, with a framework's page in the place of its fifth step."""
    before, after = (FOLDER / "README.md").read_text().split("## 5. ")
    page = (FOLDER / f"{framework}.md").read_text()
    for text in (before, page, after):
        for language, chosen, block in _BLOCK.findall(text):
            if chosen in ("", way):
                yield Block(language, chosen, block)
