"""Where things stand in a datafile. Lines count from 1."""

from __future__ import annotations

from dataclasses import dataclass

from ..tinybird.project.resources import Node


@dataclass(frozen=True, slots=True)
class Datafile:
    """A file of the data project; `path` relative to the project's root."""

    path: str
    text: str

    def line_of(self, *words: str, after: int = 0) -> int:
        """Return the first line that starts with `words`, quotes aside; 1 if none does."""
        wanted = [word.lower() for word in words]
        for number, line in enumerate(self.text.splitlines(), 1):
            found = [word.strip("\"'").lower() for word in line.split()[: len(wanted)]]
            if number > after and found == wanted:
                return number
        return 1

    def column_line(self, name: str) -> int:
        """Return the line of a column in the SCHEMA; that of `SCHEMA` itself if none is found."""
        start = self.line_of("SCHEMA")
        for number, line in enumerate(self.text.splitlines(), 1):
            if number > start and line.split()[:1] and line.split()[0].strip('`"') == name:
                return number
        return start

    def node_line(self, node: Node) -> int:
        """Return the line of `NODE name`."""
        return self.line_of("NODE", node.name)

    def sql_line(self, node: Node, line: int) -> int:
        """Return the line in the file of line `line` of the node's SQL."""
        start = self.node_line(node)
        first = node.sql.split("\n", 1)[0].strip()
        for number, text in enumerate(self.text.splitlines()[start:], start + 1):
            if text.strip().removeprefix("%").strip() == first:
                return number + line - 1
        return start
