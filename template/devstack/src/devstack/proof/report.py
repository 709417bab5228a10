"""A leak in words: endpoint, node, parameters, and the row that changed the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .blame import Culprit
from .built import TENANT
from .forgeries import Forgery
from .leaks import Leak
from .reads import Answer, Request
from .rows import Order, Rows

_SHOWN_CHARACTERS = 120
_SHOWN_BYTES = 600
_SHOWN_ROWS = 12


def report(leak: Leak, culprit: Culprit, alone: Answer, together: Answer) -> str:
    """Describe a shrunk leak."""
    lines = [
        _subject(leak.request),
        *_culprit(culprit),
        f"read by     {_reader(leak.request)}",
        f"parameters  {_json(leak.request.asked)}",
        *_format(leak.request),
        *_order(leak.order),
        f"{_count(leak)} of another tenant changed the answer:",
        *_rows(leak.others),
        f"the tenant's own rows: {len(leak.own)}",
        *_rows(leak.own),
        f"without     {_shown(alone)}",
        f"with        {_shown(together)}",
    ]
    return "\n".join(lines)


def unstable(request: Request) -> str:
    """Say that an endpoint proves nothing, because it answers differently by itself."""
    return "\n".join(
        [
            f"endpoint    {request.endpoint}",
            "            answers one read of the same rows in two ways, so nothing can be proven:",
            "            give its result one order, and leave the clock out of it",
            f"parameters  {_json(request.parameters)}",
        ]
    )


def forged(forgery: Forgery) -> str:
    """Describe a body that changed the answer of a tenant who did not send it."""
    lines = [
        f"endpoint    {forgery.request.endpoint}",
        f"read by     {_reader(forgery.request)}",
        f"parameters  {_json(forgery.request.asked)}",
        f"sent by another tenant, as {forgery.body.media_type}:",
        forgery.body.text,
        f"before      {_shown(forgery.before)}",
        f"after       {_shown(forgery.after)}",
    ]
    return "\n".join(lines)


def _subject(request: Request) -> str:
    if request.sql is None:
        return f"endpoint    {request.endpoint}"
    return f"datasource  {request.endpoint}"


def _culprit(culprit: Culprit) -> list[str]:
    reason = f"            {culprit.reason}"
    if culprit.node is None:
        return [reason]
    sure = "" if culprit.is_sure else " (not sure)"
    return [f"node        {culprit.node.name} of the pipe {culprit.node.pipe}{sure}", reason]


def _format(request: Request) -> list[str]:
    if request.sql is not None:
        return [f"SQL         {request.sql}"]
    return [] if request.format == "json" else [f"format      {request.format}"]


def _order(order: Order) -> list[str]:
    where = {"first": "before", "last": "after", "between": "between"}[order.place]
    apart = ", in an insert of their own" if order.apart else ""
    inserted = f"inserted    the tenant's own rows {where} the others'{apart}"
    lines = [] if order == Order(copying=order.copying) else [inserted]
    return [*lines, "copied      the copy pipes ran afterwards"] if order.copying else lines


def _count(leak: Leak) -> str:
    if len(leak.others) == 1:
        return "one row"
    need = "all of them needed," if leak.is_least else "maybe more than needed,"
    return f"{len(leak.others)} rows, {need}"


def _rows(rows: Rows) -> list[str]:
    shown = [f"    {row.table} {_json(row.values)}" for row in rows[:_SHOWN_ROWS]]
    hidden = len(rows) - len(shown)
    return [*shown, f"    and {hidden} more"] if hidden else shown


def _reader(request: Request) -> str:
    if TENANT not in request.fixed:
        return f"a token that fixes no {TENANT}: it must show nobody's rows"
    return f"a token that fixes {_json(request.fixed)}"


def _json(values: Mapping[str, object]) -> str:
    return json.dumps({name: _short(value) for name, value in values.items()}, ensure_ascii=True)


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return f"{value[:_SHOWN_CHARACTERS]}... ({len(value)} characters)"
    return value


def _shown(answer: Answer) -> str:
    text = answer.body.decode("utf-8", "backslashreplace")
    if answer.status == 200 and answer.format == "json":
        text = text.partition('"data":')[2]
    text = " ".join(text.split())
    cut = "" if len(text) <= _SHOWN_BYTES else " ..."
    return f"{answer.status} {text[:_SHOWN_BYTES]}{cut}"
