"""The page's HTML: everything that comes from data is escaped here."""

from __future__ import annotations

import html
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

_PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    path: str


Cell = str | int | Link


def page(title: str, *parts: str, status: int = 200) -> HTMLResponse:
    """Answer a page that runs no script and loads nothing."""
    nonce = secrets.token_urlsafe(16)
    text = _PAGE.substitute(title=html.escape(title), parts="\n".join(parts), nonce=nonce)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'"
    headers = {
        "Content-Security-Policy": f"{policy}; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, status, headers)


def refusal(status: int, sentence: str) -> HTMLResponse:
    """Answer a page that says why there is nothing to see."""
    return page("Local data", paragraph(sentence), status=status)


def heading(text: str, level: int = 2) -> str:
    """Return the heading of a part."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def paragraph(*words: Cell) -> str:
    """Return a paragraph."""
    return f"<p>{' '.join(map(_written, words))}</p>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table that scrolls sideways by itself, by keyboard too."""
    label = html.escape(caption)
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
    body = "\n".join(f"<tr>{''.join(map(_data, row))}</tr>" for row in rows)
    return (
        f'<div class="scrolling" role="region" aria-label="{label}" tabindex="0">'
        f"<table><caption>{label}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _data(cell: Cell) -> str:
    kind = ' class="number"' if isinstance(cell, int) else ""
    return f"<td{kind}>{_cell(cell)}</td>"


def _cell(cell: Cell) -> str:
    is_long = isinstance(cell, str) and len(cell) > _LONGEST_CELL
    return _written(f"{cell[:_LONGEST_CELL]}…" if is_long else cell)


def _written(cell: Cell) -> str:
    if isinstance(cell, Link):
        return f'<a href="{html.escape(cell.path)}">{html.escape(cell.text)}</a>'
    return html.escape(f"{cell:,}" if isinstance(cell, int) else cell)
