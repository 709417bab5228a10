"""The code that the library's documentation teaches."""

from __future__ import annotations

import re

from ..rendering import REPOSITORY

_DOCS = REPOSITORY / "template" / "vendor" / "roost" / "docs"


def taught(page: str, file: str) -> str:
    """Return the code that a page of the library's documentation has for a file."""
    text = (_DOCS / f"{page}.md").read_text()
    (code,) = re.findall(rf"(?ms)^```\w+ {re.escape(file)}\n(.*?)^```", text)
    return code
