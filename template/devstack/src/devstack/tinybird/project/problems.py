"""Why a datafile cannot be built: one sentence, with the line of the file that it is about."""

from __future__ import annotations

import re

# What ClickHouse appends: the whole query, and sometimes names that come close.
_SCOPE = re.compile(r"[.:]? (?:in (?:scope|query)|while processing) .*", re.IGNORECASE | re.DOTALL)
_CLOSE = re.compile(r"Maybe you meant: \['([^']+)'")
_COLUMN = re.compile(r"(?:identifier|missing columns:) ['`]([^'`]+)['`]", re.IGNORECASE)
_FUNCTION = re.compile(r"(?:Function with name ['`]|Unknown function )(\w+)")
_SYNTAX = re.compile(r"Syntax error: failed at position \d+ \('?(.*?)'?\) ?\(line (\d+), col")
# What Tinybird's parser appends: where it stopped, an excerpt of the file, the SQL of the node.
_STOPPED = re.compile(r" at (\d+):\d+(\.?)$")
_CARET = re.compile(r"^(\d+): .*\n *\^", re.MULTILINE)
_EXCERPT = re.compile(r"\n\n\d+: .*\^|:\n Missing in line .*| \+ SQL\(.*", re.DOTALL)
_SQL = re.compile(r"SQL\([^)]*\): (.*)", re.DOTALL)
_LOCATED = re.compile(r"line (\d+): ")
_BEFORE = re.compile(r"^(?:error parsing \S+: |\[Error\] )")
_COLOUR = re.compile(r"\x1b\[\d+m")
_QUOTED = re.compile(r"(?:['`]|family: )(\w+(?:\.\w+)*)")


def headline(message: str) -> str:
    """Return a message of ClickHouse's without the query that it quotes."""
    return _SCOPE.sub("", message)


def located(message: str, text: str, node: str = "") -> str:
    """Return why a datafile of `text` cannot be built: `line N: ...`, where the line is known.

    Args: message: ClickHouse's or the parser's.  node: the one that it is about.
    """
    line = _named_line(message, text) or _line_of(_word(message), text, node)
    return f"line {line}: {_sentence(message)}" if line else _sentence(message)


def parted(problem: str) -> tuple[int | None, str]:
    """Part what `located` returned into the line, if it is known, and the sentence."""
    found = _LOCATED.match(problem)
    return (int(found[1]), problem[found.end() :]) if found else (None, problem)


def is_about(message: str, sql: str) -> bool:
    """Tell whether `sql` has the name that a message complains of."""
    return _has(sql, _word(message))


def _sentence(message: str) -> str:
    head, close = headline(message), _CLOSE.search(message)
    hint = f" Maybe you meant `{close[1]}`." if close else ""
    if syntax := _SYNTAX.search(message):
        return f"syntax error at `{syntax[1]}`."
    if function := _FUNCTION.search(head):
        return f"there is no function `{function[1]}`.{hint}"
    if column := _COLUMN.search(head):
        return f"there is no column `{column[1]}`.{hint}"
    shown = _EXCERPT.sub("", _BEFORE.sub("", _COLOUR.sub("", head))).strip()
    return _STOPPED.sub(r"\2", shown)


def _word(message: str) -> str:
    head = headline(message)
    found = _FUNCTION.search(head) or _COLUMN.search(head) or _QUOTED.search(head)
    return found[1] if found else ""


def _named_line(message: str, text: str) -> int | None:
    if stopped := _STOPPED.search(message) or _CARET.search(message):
        return int(stopped[1])
    syntax, sql = _SYNTAX.search(message), _SQL.search(message)
    lines = sql[1].splitlines() if sql else []
    if syntax is None or int(syntax[2]) > len(lines):
        return None
    # Rendering a template keeps its lines.
    wanted = lines[int(syntax[2]) - 1].strip()
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.strip() == wanted), None)


def _line_of(word: str, text: str, node: str) -> int | None:
    lines = list(enumerate(text.splitlines(), 1))
    start = next((n for n, line in lines if node and line.split()[:2] == ["NODE", node]), 0)
    later = [(n, line) for n, line in lines if n > start]
    end = next((n for n, line in later if node and line.startswith("NODE ")), len(lines) + 1)
    own = [(n, line) for n, line in later if n < end]
    sql = next((n for n, line in own if line.split()[:1] == ["SQL"]), start)
    names = [word, word.rsplit(".", 1)[-1]] if word else []
    found = (n for name in names for n, line in own if n >= sql and _has(line, name))
    return next(found, start or None)


def _has(text: str, word: str) -> bool:
    return bool(word) and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))
