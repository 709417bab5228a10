"""A leak in words: endpoint, node, parameters, and the row that changed the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .blame import Culprit
from .leaks import Leak
from .project import TENANT
from .senders import Forgery
from .workspace import Answer, Request

_SHOWN_CHARACTERS = 120
_SHOWN_BYTES = 600


def report(leak: Leak, culprit: Culprit, alone: Answer, together: Answer) -> str:
    """Describe a shrunk leak."""
    sure = "" if culprit.is_sure else " (not sure)"
    many = "one row" if len(leak.others) == 1 else f"{len(leak.others)} rows, all of them needed,"
    lines = [
        f"endpoint    {leak.request.endpoint}",
        f"node        {culprit.node.name} of the pipe {culprit.node.pipe}{sure}",
        f"            {culprit.reason}",
        f"read by     {_reader(leak.request)}",
        f"parameters  {_json(leak.request.asked)}",
        f"{many} of another tenant changed the answer:",
        *(f"    {row.table} {_json(row.values)}" for row in leak.others),
        f"the tenant's own rows: {len(leak.own)}",
        *(f"    {row.table} {_json(row.values)}" for row in leak.own),
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
    if answer.status == 200:
        text = text.partition('"data":')[2]
    text = " ".join(text.split())
    cut = "" if len(text) <= _SHOWN_BYTES else " ..."
    return f"{answer.status} {text[:_SHOWN_BYTES]}{cut}"
