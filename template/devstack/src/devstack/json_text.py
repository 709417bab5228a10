"""Read JSON that somebody else wrote."""

from __future__ import annotations

import json
import re

# Far above what anybody means, far below what Python's and ClickHouse's own recursion takes.
MOST_NESTED = 200
_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(text: bytes) -> object:
    """Parse a JSON text.

    Raises: ValueError: it is none, nests deeper than `MOST_NESTED`, or holds half a surrogate
        pair, which no text can hold.
    """
    try:
        document: object = json.loads(text)
    except RecursionError as error:
        raise ValueError("The JSON nests too deeply.") from error
    if text.count(b"[") + text.count(b"{") > MOST_NESTED and _nests_deeply(document):
        raise ValueError("The JSON nests too deeply.")
    if _HALF_PAIR.search(text):
        # A whole pair comes out as one letter; half of one cannot be encoded.
        json.dumps(document, ensure_ascii=False).encode()
    return document


def _nests_deeply(document: object) -> bool:
    level = [document]
    for _ in range(MOST_NESTED + 1):
        level = [item for one in level if isinstance(one, dict | list) for item in _items(one)]
    return bool(level)


def _items(container: dict[str, object] | list[object]) -> list[object]:
    return list(container.values()) if isinstance(container, dict) else container
