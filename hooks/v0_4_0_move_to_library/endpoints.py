"""The app's list of endpoints, which a generator writes: merged by endpoint and not by line."""

from __future__ import annotations

import json

Entry = dict[str, object]


def settled_endpoints(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, int]:
    """Do to the release's list what the owner's data project has done to theirs.

    Returns the text as the generator writes it, and no conflicts.
    """
    own, old, new = (_by_name(text) for text in (mine, base, theirs))
    changed = {name: entry for name, entry in own.items() if entry != old.get(name)}
    gone = old.keys() - own.keys()
    kept = {name: entry for name, entry in (new | changed).items() if name not in gone}
    return _text([kept[name] for name in sorted(kept)]).encode(), 0


def _by_name(text: bytes) -> dict[str, Entry]:
    return {entry["name"]: entry for entry in json.loads(text)["endpoints"]}


def _text(entries: list[Entry]) -> str:
    endpoints = ",\n".join(_entry_text(entry) for entry in entries)
    listed = f"[\n{endpoints}\n  ]" if endpoints else "[]"
    return f'{{\n  "endpoints": {listed}\n}}\n'


def _entry_text(entry: Entry) -> str:
    fields = (f"      {json.dumps(name)}: {_value_text(value)}" for name, value in entry.items())
    return "    {\n" + ",\n".join(fields) + "\n    }"


def _value_text(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    lines = ",\n".join(f"        {json.dumps(item)}" for item in value)
    return f"[\n{lines}\n      ]"
